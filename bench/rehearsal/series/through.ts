import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { openWire } from '../../../src/databases/postgres/wire/open-wire.ts'
import { type Comparison, compare, race, type Side } from '../race.ts'
import { startPgBouncer } from '../services/pgbouncer.ts'
import { of, query, type Stage } from '../stage.ts'

const run = promisify(execFile)

/** `pgbench -S` with four clients: through a wire that changes no byte, directly, and through pgbouncer where it is. */
export async function compareThrough(
  { production }: Stage,
  seconds: number,
  rounds: number,
  tell: (progress: string) => void,
): Promise<readonly Comparison[]> {
  await query(production.url, 'create database pgbench')
  const url = of(production, 'pgbench')
  await run('pgbench', ['--initialize', '--quiet', '--scale=10', url])
  await using wire = await openWire(url, {})
  await using bouncer = await startPgBouncer(production, 'pgbench')
  const direct = select('directly', url, seconds)
  const measured = select('through the wire', wire.url, seconds)
  const bounced = bouncer === undefined ? undefined : select('through pgbouncer', bouncer.url, seconds)
  if (bounced === undefined) tell('pgbouncer is left out: it is not installed')
  const took = await race([direct, measured, ...(bounced === undefined ? [] : [bounced])], rounds, tell)
  const name = '1,000 point reads'
  return [
    compare(name, took, { measured, baseline: direct }),
    ...(bounced === undefined ? [] : [compare(name, took, { measured, baseline: bounced })]),
  ]
}

/** How long 1,000 of its transactions take. */
function select(name: string, url: string, seconds: number): Side {
  const args = ['-S', '-n', '-M', 'prepared', '-c', '4', '-j', '2', '-T', String(seconds), url]
  return {
    name,
    async time() {
      const { stdout } = await run('pgbench', args)
      const perSecond = Number(/^tps = ([\d.]+)/m.exec(stdout)?.[1])
      if (!(perSecond > 0)) throw new Error(`pgbench told no speed:\n${stdout}`)
      return 1_000_000 / perSecond
    },
  }
}
