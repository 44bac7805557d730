import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { root } from './root.ts'

/** Packs what is built, as `npm publish` would. */
export function pack(into: string): { readonly tarball: string; readonly files: readonly string[] } {
  const answer = execFileSync(
    'npm',
    ['pack', '--json', '--ignore-scripts', '--loglevel=error', '--pack-destination', into],
    { cwd: root, encoding: 'utf8' },
  )
  const [packed] = JSON.parse(answer) as readonly { filename: string; files: readonly { path: string }[] }[]
  if (packed === undefined) throw new Error('npm packed nothing.')
  return { tarball: join(into, packed.filename), files: packed.files.map(({ path }) => path) }
}
