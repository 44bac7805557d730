import { setTimeout as delay } from 'node:timers/promises'
import type { Client, QueryResult } from 'pg'
import { sqlStateOf } from '../../sql-state.ts'
import { end, processOf, type Sessions } from '../sessions.ts'
import { type ProbePlan, planProbe } from './plan.ts'
import { Tally } from './tally.ts'

/** One kind of access to one table. */
interface Probe {
  readonly table: string
  readonly kind: 'read' | 'write'
  readonly tally: Tally
  statement: string
  failures: number
}

/** A session that tries its probes in turn, until it is stopped or none is left. */
export class Lane {
  readonly probes: readonly Probe[]
  readonly #client: Client
  readonly #mayReplicate: boolean
  readonly #live: Set<Probe>
  #current: { readonly probe: Probe; readonly since: number } | undefined
  #stopped = false
  #done: Promise<void> = Promise.resolve()

  private constructor(
    client: Client,
    mayReplicate: boolean,
    wanted: readonly (readonly [ProbePlan, Probe['kind']])[],
  ) {
    this.#client = client
    this.#mayReplicate = mayReplicate
    this.probes = wanted.flatMap(([plan, kind]) => {
      const statement = kind === 'read' ? plan.read : plan.write
      return statement === undefined
        ? []
        : [{ table: plan.table, kind, statement, tally: new Tally(), failures: 0 }]
    })
    this.#live = new Set(this.probes)
  }

  static async open(
    sessions: Sessions,
    wanted: readonly (readonly [ProbePlan, Probe['kind']])[],
    mayReplicate: boolean,
  ): Promise<Lane> {
    const client = await sessions.open('purser probe')
    if (mayReplicate) await client.query('set session_replication_role = replica')
    return new Lane(client, mayReplicate, wanted)
  }

  /** Tries again and again, with a pause of so many milliseconds after each round. */
  start(pauseMs: number): void {
    this.#done = this.#go(pauseMs)
  }

  /** Whether it is known what is normal for each of its probes. */
  get isSettled(): boolean {
    return [...this.#live].every(({ tally }) => tally.isSettled)
  }

  /** Ends it. A try that waits still is counted up to now, and its server process is returned: it waits on. */
  async stop(): Promise<number | undefined> {
    this.#stopped = true
    const patience = new AbortController()
    const waits = delay(100, 'waits', { signal: patience.signal }).catch(() => 'done')
    const ended = await Promise.race([this.#done.then(() => 'done'), waits])
    patience.abort()
    const current = this.#current
    if (current !== undefined) current.probe.tally.add(performance.now() - current.since)
    await end(this.#client)
    return ended === 'waits' ? processOf(this.#client) : undefined
  }

  async #go(pauseMs: number): Promise<void> {
    while (!this.#stopped && this.#live.size > 0) {
      for (const probe of this.#live) {
        if (this.#stopped) return
        await this.#try(probe)
      }
      await delay(pauseMs)
    }
  }

  async #try(probe: Probe): Promise<void> {
    const since = performance.now()
    this.#current = { probe, since }
    try {
      const result: QueryResult<Took> | readonly QueryResult<Took>[] = await this.#client.query(
        probe.statement,
      )
      probe.tally.add(tookOf(result))
      probe.failures = 0
      this.#current = undefined
    } catch (error) {
      this.#current = undefined
      // it may have waited until the table was gone or another
      if (sqlStateOf(error) !== undefined) probe.tally.add(performance.now() - since)
      await this.#mend(probe, error)
    }
  }

  /** A column or row that is there no more is replaced by another; a table that is not there any more ends its probe. */
  async #mend(probe: Probe, error: unknown): Promise<void> {
    probe.failures += 1
    const plan =
      sqlStateOf(error) === undefined || probe.failures > 1 ? undefined : await this.#plan(probe.table)
    const statement = probe.kind === 'read' ? plan?.read : plan?.write
    if (statement === undefined) this.#live.delete(probe)
    else probe.statement = statement
  }

  async #plan(table: string): Promise<ProbePlan | undefined> {
    try {
      await this.#client.query('rollback')
      return await planProbe(this.#client, table, this.#mayReplicate)
    } catch {
      return undefined // it goes away just now, or the session has
    }
  }
}

interface Took {
  readonly ms: string
}

/** Of a statement, or of the one among several that tells it. */
function tookOf(result: QueryResult<Took> | readonly QueryResult<Took>[]): number {
  const results: readonly QueryResult<Took>[] = 'rows' in result ? [result] : result
  for (const { rows } of results) if (rows[0] !== undefined) return Number(rows[0].ms)
  return 0
}
