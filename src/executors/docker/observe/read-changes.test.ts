import { expect, it } from 'vitest'
import { openEngine } from '../engine/open-engine.ts'
import { readChanges } from './read-changes.ts'

it('what an engine does not tell is unseen, and refuses nothing', async () => {
  using engine = await openEngine({ host: 'unix:///purser-test/no-such.sock' }, {})
  expect(await readChanges(engine, { Id: 'web' })).toEqual({
    unseen: expect.stringContaining('no-such.sock'),
  })
})
