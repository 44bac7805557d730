import { execFile } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { promisify, stripVTControlCharacters } from 'node:util'
import { expect, it } from 'vitest'
import { packageRoot } from '../support/package-root.ts'

const run = promisify(execFile)
const atlas = path.join(packageRoot, 'examples/atlas')

// What `npm run demo:rehearsal` starts once the package is built.
it('shows a migration that must not go, and production takes only what passed', async () => {
  const migrations = await readdir(path.join(atlas, 'db/migrations'))
  const demo = path.join(atlas, 'demo-rehearsal.ts')
  const { stdout, stderr } = await run(process.execPath, [demo], { maxBuffer: 10_000_000 })
  const shown = stripVTControlCharacters(stdout)
  const steps = [
    'purser run load-places -e local',
    'purser rehearse migrate -e production',
    'purser run migrate -e production',
    'alter table places alter column population type bigint;',
    'purser rehearse migrate -e production',
    'purser run migrate -e production',
    'alter table places add column inhabitants bigint;',
    'purser rehearse migrate -e production',
    'purser run migrate -e production',
    'did what was rehearsed',
    'nothing is left running.',
  ]
  let at = 0
  for (const step of steps) {
    expect(shown.slice(at)).toContain(step)
    at = shown.indexOf(step, at) + step.length
  }
  const said = stripVTControlCharacters(stderr)
  for (const words of ['table_rewrite public.places', 'breaks_clients', 'REHEARSAL_NOT_PASSED']) {
    expect(said).toContain(words)
  }
  expect(await readdir(path.join(atlas, 'db/migrations'))).toEqual(migrations)
})
