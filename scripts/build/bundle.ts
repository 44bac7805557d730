import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { rolldown } from 'rolldown'
import { root } from '../root.ts'
import type { Output } from './output.ts'

interface BundleOptions {
  /** Sources by the names of their outputs. */
  readonly entries: Readonly<Record<string, string>>
  /** The folder of what the entries share or load later. */
  readonly chunks: string
  /** The oldest Node that it runs on. */
  readonly target: string
}

/** Bundles the entries with their dependencies, except Node's own modules and optional peers. */
export async function bundle({ entries, chunks, target }: BundleOptions) {
  const { peerDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    peerDependencies: Readonly<Record<string, string>>
  }
  const peers = Object.keys(peerDependencies)
  await using bundler = await rolldown({
    cwd: root,
    input: { ...entries },
    platform: 'node',
    external: (id) =>
      id.startsWith('node:') || peers.some((peer) => id === peer || id.startsWith(`${peer}/`)),
    transform: { target },
    tsconfig: false,
    checks: { eval: true },
    onLog(level, log) {
      if (level === 'warn') throw new Error(log.message)
    },
  })
  const { output: chunksMade } = await bundler.generate({
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: `${chunks}/[name].js`,
    comments: { legal: true, annotation: true, jsdoc: false },
  })
  const output: Output = new Map()
  const modules: string[] = []
  for (const chunk of chunksMade) {
    if (chunk.type === 'asset')
      throw new Error(`The bundle has an asset, ${chunk.fileName}, that nothing expects.`)
    output.set(chunk.fileName, chunk.fileName.startsWith('bin/') ? withShebang(chunk.code) : chunk.code)
    modules.push(...chunk.moduleIds)
  }
  return { output, modules }
}

function withShebang(code: string): string {
  return code.startsWith('#!') ? code : `#!/usr/bin/env node\n${code}`
}
