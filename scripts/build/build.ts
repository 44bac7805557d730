import { join } from 'node:path'
import { root } from '../root.ts'
import { bundle } from './bundle.ts'
import { declarations } from './declarations.ts'
import { bundledLicenses } from './licenses.ts'
import { type Output, writeOutput } from './output.ts'

// The release side is bundled apart, so that no chunk of it can come to need what only a newer Node has.
const control = {
  index: 'src/index.ts',
  presets: 'src/presets/index.ts',
  signals: 'src/tasks/signals/index.ts',
  'bin/purser': 'src/bin/purser.ts',
  'bin/supervisor': 'src/bin/supervisor.ts',
}
const release = { 'bin/release': 'src/bin/release.ts' }

/** Builds dist/, and touches only what changed in it: a run that still loads from it is not disturbed. */
export async function build(): Promise<{ files: number; bytes: number }> {
  const [controlSide, releaseSide, types] = await Promise.all([
    bundle({ entries: control, chunks: 'chunks', target: 'node22.18' }),
    bundle({ entries: release, chunks: 'chunks/release', target: 'node20' }),
    declarations({ entries: [control.index, control.presets, control.signals], folder: 'types' }),
  ])
  const modules = [...controlSide.modules, ...releaseSide.modules]
  const output: Output = new Map([
    ...controlSide.output,
    ...releaseSide.output,
    ...types,
    ['LICENSES.md', bundledLicenses(modules)],
  ])
  writeOutput(join(root, 'dist'), output)
  return {
    files: output.size,
    bytes: [...output.values()].reduce((sum, text) => sum + Buffer.byteLength(text), 0),
  }
}
