import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Postgres, startPostgres } from '../../support/postgres.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { startPhysicalCopy } from '../clone/physical-copy.ts'
import { programsWithDump } from '../clone/stage.ts'
import { openClient, openStage } from './stage.ts'

describe('activity of a server that is being copied', () => {
  let server: Postgres
  let stage: Awaited<ReturnType<typeof openStage>>
  let binaries: string
  beforeAll(async () => {
    const programs = await programsWithDump()
    binaries = path.dirname(programs.postgres)
    server = await startPostgres('p', { programs })
    stage = await openStage(server, `create role weak login password 'p'`)
  })
  afterAll(async () => {
    await stage[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
  })

  const told = async () =>
    (await stage.inspector.activity()).activities.map(({ kind, sentence }) => `${kind}: ${sentence}`)

  it('names a base backup, until it ends', async () => {
    using temporary = temporaryFolder()
    const backup = spawn(
      path.join(binaries, 'pg_basebackup'),
      [
        ...['--host=127.0.0.1', `--port=${server.port}`, '--username=postgres', '--checkpoint=fast'],
        ...['--max-rate=32k', `--pgdata=${path.join(temporary.folder, 'backup')}`],
      ],
      { env: { ...process.env, PGPASSWORD: 'p' }, stdio: 'ignore' },
    )
    const ended = once(backup, 'exit')
    await expect
      .poll(told)
      .toEqual([
        expect.stringMatching(
          /^backup: Process \d+ is copying the server for a backup: streaming database files, \d+ of \d+ bytes\.$/,
        ),
      ])
    backup.kill('SIGKILL')
    await ended
    await expect.poll(told).toEqual([])
  })

  it('names a replica that is behind, until it is not', async () => {
    await using copy = await startPhysicalCopy(server.port, 'p', path.join(binaries, 'postgres'), {
      follows: true,
    })
    const replica = await openClient(server.url().replace(String(server.port), String(copy.port)))
    await expect.poll(() => server.query('select from pg_stat_replication')).toHaveLength(1)
    expect(await told()).toEqual([])
    await replica.query('select pg_wal_replay_pause()')
    await server.query(`select pg_logical_emit_message(false, 'test', repeat('x', 70000000))`)
    await expect
      .poll(told)
      .toEqual([
        expect.stringMatching(
          /^replica-behind: The replica walreceiver at 127\.0\.0\.1 is 7\d{7} bytes( and \d+ s)? behind\.$/,
        ),
      ])
    await replica.query('select pg_wal_replay_resume()')
    await expect.poll(told).toEqual([])
    await replica.end()
  })
})
