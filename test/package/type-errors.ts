import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { root } from '../../scripts/root.ts'

interface Options {
  readonly folder: string
  readonly file: string
  readonly resolution: 'nodenext' | 'bundler'
}

/** What the compiler says about a file, its libraries' declarations included. */
export function typeErrors({ folder, file, resolution }: Options): string {
  const flags = [
    '--noEmit',
    '--strict',
    '--exactOptionalPropertyTypes',
    ...['--skipLibCheck', 'false'],
    ...['--target', 'es2024'],
    ...['--lib', 'es2024,esnext.disposable'],
    ...['--module', resolution === 'nodenext' ? 'nodenext' : 'esnext'],
    ...['--moduleResolution', resolution],
    ...['--types', 'node'],
    ...['--typeRoots', join(root, 'node_modules/@types')],
  ]
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  const { stdout } = spawnSync(process.execPath, [compiler, ...flags, file], {
    cwd: folder,
    encoding: 'utf8',
  })
  return stdout
}
