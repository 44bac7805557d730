import { expect, it } from 'vitest'
import { openInspector } from '../../../src/databases/postgres/inspect/open-inspector.ts'
import { openWire } from '../../../src/databases/postgres/wire/open-wire.ts'
import { type Stage, setUp, setUpTwo } from '../../../src/migrations/rehearsal/stage.ts'
import { openStage } from './stage.ts'

it('clones of a rehearsal hold what production held at one moment, or none is had', async () => {
  await using stage = await openStage()
  const shop = await stage.makeDatabase()
  await shop.query('create table t as select 1 as a')
  // each is too old at once
  const cloner = shop.cloner({ refreshAfterMs: 0 })
  const rehearsal: Stage = {
    ...{ cloner, madeBy: 'a test', historyTables: [], say: () => {} },
    database: { inspect: (url) => openInspector(url), wire: (url, options) => openWire(url, options) },
    migrate: () => Promise.reject(new Error('Nothing is migrated here.')),
    signal: AbortSignal.timeout(100_000),
  }
  const [one, other] = await setUpTwo(rehearsal)
  await using _ = one
  await using __ = other
  expect(other.clone.dataFrom).toEqual(one.clone.dataFrom)
  const alike = { ...rehearsal, dataFrom: one.clone.dataFrom }
  {
    await using third = await setUp(alike)
    expect(third.clone.dataFrom).toEqual(one.clone.dataFrom)
  }
  await using somebodys = await shop.clone({ refreshAfterMs: 0 })
  expect(somebodys.dataFrom).not.toEqual(one.clone.dataFrom)
  const there = await stage.databases()
  await expect(setUp(alike)).rejects.toThrow('The golden copy was made anew since the rehearsal began')
  expect((await stage.databases()).filter((name) => name.startsWith('purser_clone'))).toEqual(
    there.filter((name) => name.startsWith('purser_clone')),
  )
})
