import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { MigratorLock } from '../../../src/databases/inspector.ts'
import { openInspector } from '../../../src/databases/postgres/inspect/open-inspector.ts'
import { allPrograms, type Postgres, startPostgres } from '../../support/postgres.ts'
import { openStage } from './stage.ts'

describe.each(await allPrograms())('the migrator’s lock, by PostgreSQL $version', (programs) => {
  let server: Postgres
  beforeAll(async () => {
    server = await startPostgres('p', { programs })
  })
  afterAll(() => server[Symbol.asyncDispose]())

  function held(lock: MigratorLock | { readonly heldBy: string }): MigratorLock {
    if ('heldBy' in lock) throw new Error(`it is held by ${lock.heldBy}`)
    return lock
  }

  it('is held by one at a time, who is named, and is given back', async () => {
    await using stage = await openStage(server, '')
    await using other = await openInspector(stage.url)
    const lock = held(await stage.inspector.lockForMigrator('run 42 of ann'))
    expect(await other.lockForMigrator('run 43')).toEqual({ heldBy: 'run 42 of ann' })
    await lock[Symbol.asyncDispose]()
    expect(lock.lost.aborted).toBe(false)
    await using next = held(await other.lockForMigrator('run 43'))
    expect(next.lost.aborted).toBe(false)
  })

  it('is taken by one of many who want it at once', async () => {
    await using stage = await openStage(server, '')
    const all = await Promise.all(
      Array.from({ length: 10 }, (_, n) => stage.inspector.lockForMigrator(`run ${n}`)),
    )
    expect(all.filter((one) => !('heldBy' in one))).toHaveLength(1)
  })

  it('is of one database, not of the server', async () => {
    await using stage = await openStage(server, '')
    await using elsewhere = await openStage(server, '')
    await using one = held(await stage.inspector.lockForMigrator('one'))
    await using other = held(await elsewhere.inspector.lockForMigrator('other'))
    expect([one.lost.aborted, other.lost.aborted]).toEqual([false, false])
  })

  it('tells when it is lost', async () => {
    await using stage = await openStage(server, '')
    await using lock = held(await stage.inspector.lockForMigrator('one'))
    const lost = once(lock.lost, 'abort')
    await stage.client.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'purser migrator one'`,
    )
    await lost
    await using next = held(await stage.inspector.lockForMigrator('two'))
    expect(next.lost.aborted).toBe(false)
  })
})
