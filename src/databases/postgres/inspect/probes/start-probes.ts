import { setTimeout as delay } from 'node:timers/promises'
import type { Client } from 'pg'
import { failedWith } from '../../../../core/errors.ts'
import type { Probes, TableWaiting, Waiting } from '../../../inspector.ts'
import { openSome } from '../open-some.ts'
import { rightsMissing } from '../rights-missing.ts'
import type { Sessions } from '../sessions.ts'
import { Lane } from './lane.ts'
import { type ProbePlan, planProbe } from './plan.ts'

const most = { lanes: 40, triesASecond: 4_000, patienceMs: 100 } as const

/** Begins to read and write tables. Resolves once it is known what is normal, and within a second. */
export async function startProbes(sessions: Sessions, tables: readonly string[]): Promise<Probes> {
  const { plans, terms } = await sessions.with((client) => prepareProbes(client, tables))
  const wanted = plans.flatMap((plan) => [
    [plan, 'read'] as const,
    ...(plan.write === undefined ? [] : [[plan, 'write'] as const]),
  ])
  const clients = await openSome(sessions, Math.min(wanted.length, most.lanes), 'purser probe')
  const lanes = await Promise.all(
    clients.map((client, lane) => {
      const share = wanted.filter((_, index) => index % clients.length === lane)
      return Lane.begin(client, share, terms)
    }),
  )
  for (const lane of lanes) lane.start(Math.max(5, (1_000 * lanes.length) / most.triesASecond))
  const until = performance.now() + 1_000
  while (!lanes.every((lane) => lane.isSettled) && performance.now() < until) await delay(5)
  return { stop: () => stop(sessions, lanes) }
}

async function prepareProbes(client: Client, tables: readonly string[]) {
  const mayReplicate = await tryReplica(client)
  const plans: ProbePlan[] = []
  for (const table of new Set(tables)) {
    const plan = await planProbe(client, table, mayReplicate).catch((error: unknown) => {
      throw failedWith(error, '42501') ? rightsMissing(table, error) : error
    })
    if (plan !== undefined) plans.push(plan)
  }
  const { rows } = await client.query<{ readonly deadlockMs: number }>(
    `select setting::int as "deadlockMs" from pg_settings where name = 'deadlock_timeout'`,
  )
  const { deadlockMs } = rows[0] ?? { deadlockMs: 1 }
  const patienceMs = Math.max(1, Math.min(most.patienceMs, Math.floor(deadlockMs / 4)))
  return { plans, terms: { mayReplicate, patienceMs } }
}

/** Whether triggers and foreign keys can be kept still, which a role may not do without a right. */
async function tryReplica(client: Client): Promise<boolean> {
  try {
    await client.query('begin; set local session_replication_role = replica; rollback')
    return true
  } catch (error) {
    if (!failedWith(error, '42501')) throw error
    await client.query('rollback')
    return false
  }
}

async function stop(sessions: Sessions, lanes: readonly Lane[]): Promise<ReadonlyMap<string, TableWaiting>> {
  const stuck = (await Promise.all(lanes.map((lane) => lane.stop()))).filter((pid) => pid !== undefined)
  if (stuck.length > 0)
    await sessions.with((client) =>
      client.query('select pg_terminate_backend(pid) from unnest($1::int[]) pid', [stuck]),
    )
  const waited = new Map<string, { reads?: Waiting; writes?: Waiting }>()
  for (const { table, kind, tally } of lanes.flatMap(({ probes }) => probes)) {
    const entry = waited.get(table) ?? {}
    waited.set(table, entry)
    entry[kind === 'read' ? 'reads' : 'writes'] = tally.end()
  }
  const none: Waiting = { longestMs: 0, totalMs: 0, tries: 0 }
  return new Map([...waited].map(([table, entry]) => [table, { reads: none, ...entry }]))
}
