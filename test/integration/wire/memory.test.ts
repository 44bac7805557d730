import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Postgres, startPostgres } from '../../support/postgres.ts'
import { debianPrograms, realPassword, run } from './world.ts'

let server: Postgres
beforeAll(async () => {
  server = await startPostgres(realPassword, { programs: await debianPrograms() })
})
afterAll(() => server?.[Symbol.asyncDispose]())

/** A wire in a process of its own. */
async function startWire(isObserved: boolean) {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'serve-wire.ts')], {
    env: { PATH: process.env.PATH, SERVER_URL: server.url(), IS_OBSERVED: isObserved ? 'yes' : 'no' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [url] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  return {
    url,
    /** The most memory that it ever had, in MB. */
    peak: () =>
      Number(/^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1_000,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await once(child, 'close')
    },
  }
}

const rows = 200_000
const row = 'x'.repeat(1_000)

it.each([
  ['that changes nothing', false],
  ['that watches', true],
])(
  'a wire %s carries 200 MB both ways in a memory that does not grow with them, also past a slow reader and a slow writer',
  async (_what, isObserved) => {
    await server.query('drop table if exists big')
    await using wire = await startWire(isObserved)
    const before = wire.peak()
    const create = 'create table big (n int, words text)'
    const [fill, read] = [
      `yes "1\t${row}" | head -n ${rows}`,
      `{ dd bs=1 count=1 status=none; sleep 1; wc -c; }`,
    ]
    const into = await run('sh', [
      '-c',
      `${fill} | psql -X -c '${create}' -c '\\copy big from stdin' "$1"`,
      'sh',
      wire.url,
    ])
    expect([into.code, into.stdout, into.stderr]).toEqual([0, `CREATE TABLE\nCOPY ${rows}\n`, ''])
    // The reader takes nothing for a second: what it does not take must wait at the server.
    const out = await run('sh', ['-c', `psql -X -c 'copy big to stdout' "$1" | ${read}`, 'sh', wire.url])
    expect([out.code, out.stdout.trim()]).toEqual([0, `1${rows * (row.length + 3) - 1}`])
    // The server takes nothing from the client while it waits for a lock.
    const slow = `begin; lock table big in access exclusive mode; select pg_sleep(1); rollback`
    const holding = run('psql', ['-X', '-c', slow, server.url()])
    const waiting = run('sh', ['-c', `${fill} | psql -X -c '\\copy big from stdin' "$1"`, 'sh', wire.url])
    expect([(await holding).code, (await waiting).stdout]).toEqual([0, `COPY ${rows}\n`])
    expect(wire.peak() - before).toBeLessThan(80)
  },
)
