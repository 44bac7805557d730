import { setTimeout as delay } from 'node:timers/promises'
import type { Client, QueryResult } from 'pg'
import { sqlStateOf } from '../../sql-state.ts'
import { end, processOf } from '../sessions.ts'
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

/** A try that is not over yet. */
interface Try {
  readonly probe: Probe
  /** For how long it was kept waiting until it last asked, as the server has said by refusing it, in milliseconds. */
  refusedMs: number
  /** When it last asked, by `performance.now()`. */
  askedAt: number
}

/** What all lanes have in common. */
export interface LaneTerms {
  /** Whether triggers and foreign keys can be kept still. */
  readonly mayReplicate: boolean
  /**
   * How long a try waits for a lock before it gives up what it holds itself and asks anew, in milliseconds: less than the
   * server takes to look for deadlocks. Whoever first writes a table and then locks it would be ended for a probe else,
   * which holds the table while it waits for the row.
   */
  readonly patienceMs: number
}

/** A session that tries its probes in turn, until it is stopped or none is left. */
export class Lane {
  readonly probes: readonly Probe[]
  readonly #client: Client
  readonly #terms: LaneTerms
  readonly #live: Set<Probe>
  #current: Try | undefined
  #stopped = false
  #done: Promise<void> = Promise.resolve()

  private constructor(
    client: Client,
    terms: LaneTerms,
    wanted: readonly (readonly [ProbePlan, Probe['kind']])[],
  ) {
    this.#client = client
    this.#terms = terms
    this.probes = wanted.flatMap(([plan, kind]) => {
      const statement = kind === 'read' ? plan.read : plan.write
      return statement === undefined
        ? []
        : [{ table: plan.table, kind, statement, tally: new Tally(), failures: 0 }]
    })
    this.#live = new Set(this.probes)
  }

  static async begin(
    client: Client,
    wanted: readonly (readonly [ProbePlan, Probe['kind']])[],
    terms: LaneTerms,
  ): Promise<Lane> {
    if (terms.mayReplicate) await client.query('set session_replication_role = replica')
    await client.query(`set lock_timeout = ${terms.patienceMs}`)
    return new Lane(client, terms, wanted)
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
    if (current !== undefined) current.probe.tally.add(this.#waited(current))
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
    const current = { probe, refusedMs: 0, askedAt: since }
    this.#current = current
    try {
      const took = await this.#wait(current, since)
      if (took === undefined) return // it waits still, and whoever stops it counts that
      this.#current = undefined
      probe.tally.add(took)
      probe.failures = 0
    } catch (error) {
      this.#current = undefined
      // it may have waited until the table was gone or another
      if (sqlStateOf(error) !== undefined) probe.tally.add(this.#waited(current))
      await this.#mend(probe, error)
    }
  }

  /** How long a probe takes until it is let in, however often it has to ask; `undefined` where it is stopped before. */
  async #wait(current: Try, since: number): Promise<number | undefined> {
    do {
      const took = await this.#ask(current.probe)
      if (took !== undefined) return this.#waited(current, took)
      current.refusedMs = current.askedAt - since + this.#bounded(performance.now() - current.askedAt)
      current.askedAt = performance.now()
    } while (!this.#stopped)
    return undefined
  }

  /** How long a try was kept waiting, of which the last asking took `lastMs`. */
  #waited({ refusedMs, askedAt }: Try, lastMs = performance.now() - askedAt): number {
    return refusedMs + this.#bounded(lastMs)
  }

  /** No lock keeps a try waiting for longer without a refusal: the rest is a machine that had no time for it. */
  #bounded(ms: number): number {
    return Math.min(ms, this.#terms.patienceMs)
  }

  /** How long the server took for it; `undefined` where somebody else has locked what it needs. */
  async #ask({ statement }: Probe): Promise<number | undefined> {
    try {
      return tookOf(await this.#client.query(statement))
    } catch (error) {
      if (sqlStateOf(error) !== '55P03') throw error
      await this.#client.query('rollback')
      return undefined
    }
  }

  /**
   * A column or row that is there no more is replaced by another; where that one can't be written either (by a constraint that
   * it violates), the lock of a write stands for it. A table that is not there any more ends its probe.
   */
  async #mend(probe: Probe, error: unknown): Promise<void> {
    probe.failures += 1
    const isOver = sqlStateOf(error) === undefined || probe.failures > 2
    const plan = isOver ? undefined : await this.#plan(probe.table, probe.failures === 1)
    const statement = probe.kind === 'read' ? plan?.read : plan?.write
    if (statement === undefined) this.#live.delete(probe)
    else probe.statement = statement
  }

  async #plan(table: string, mayWrite: boolean): Promise<ProbePlan | undefined> {
    try {
      await this.#client.query('rollback')
      return await planProbe(this.#client, table, mayWrite && this.#terms.mayReplicate)
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
