import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify, stripVTControlCharacters } from 'node:util'
import { expect, it } from 'vitest'
import { packageRoot } from '../support/package-root.ts'

const run = promisify(execFile)

// What `npm run demo:batch` starts once the package is built.
it('shows a batch that is killed and does every place once all the same', async () => {
  const demo = path.join(packageRoot, 'examples/atlas/demo-batch.ts')
  const { stdout } = await run(process.execPath, [demo], { maxBuffer: 10_000_000 })
  const shown = stripVTControlCharacters(stdout)
  const steps = [
    'purser run order-signs -e local --dry-run',
    'public.signs: 100 rows inserted',
    'purser run order-signs -e local --workers 2',
    'kill -9 ',
    'paused',
    'purser resume ',
    '135,232 rows in',
    'value too long for type character varying(60)',
    'purser replay ',
    '135,233 places have one sign each: none was left out, and none has two.',
    'nothing is left running.',
  ]
  const places = steps.map((step) => shown.indexOf(step))
  expect(places).not.toContain(-1)
  expect(places).toEqual(places.toSorted((a, b) => a - b))
})
