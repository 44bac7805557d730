import type { Row } from '../../../tasks/batch.ts'
import { isSql, type Sql } from '../../../tasks/sql.ts'
import type {
  BatchLead,
  BatchPlan,
  BatchState,
  OpenBatch,
  SliceLedger,
  SliceWorkshop,
  Trial,
  TrialEnd,
  WorkshopPlan,
} from '../../slice-ledger.ts'
import { passes } from '../sql-state.ts'
import { Listener } from './listener.ts'
import { plainText } from './plain-text.ts'
import { PostgresLead } from './postgres-lead.ts'
import { renderOnce } from './render.ts'
import { isThere } from './schema.ts'
import { Session } from './session.ts'
import { takeBack } from './take-back.ts'
import { tryOut } from './try-out.ts'
import { PostgresWorkshop } from './workshop.ts'

// A signal that is read no faster can't be read.
const signalWithinMs = 5_000

/** The slice ledger of a PostgreSQL database: tables in a schema of Purser's own. */
export class PostgresSliceLedger implements SliceLedger {
  readonly #url: string
  readonly #session: Session
  readonly #listener: Listener
  readonly #idle: Session[] = []

  constructor(url: string) {
    this.#url = url
    this.#session = new Session(url, plainText)
    this.#listener = new Listener(url)
  }

  begin(plan: BatchPlan): Promise<BatchLead> {
    return PostgresLead.begin(this.#url, plan)
  }

  open(plan: WorkshopPlan, begun?: Promise<void>): Promise<SliceWorkshop> {
    return PostgresWorkshop.open(this.#url, plan, begun)
  }

  async state(batch: string): Promise<BatchState | undefined> {
    if (!(await this.#session.use(isThere))) return undefined
    const { rows } = await this.#session.query<{ state: BatchState }>({
      text: 'select state from purser.batches where id = $1',
      values: [batch],
    })
    return rows[0]?.state
  }

  async openBatches(): Promise<readonly OpenBatch[]> {
    if (!(await this.#session.use(isThere))) return []
    const { rows } = await this.#session.query<OpenBatch & Record<string, unknown>>({
      text: `
        select id, task, definition, parameters,
          lead_seen > clock_timestamp() - interval '30 s' as "isLed",
          exists (
            select from purser.slices s
            where s.batch = b.id and s.number >= b.low and s.state = 0 and s.due_at <= clock_timestamp()
          ) as "hasWork"
        from purser.batches b where state = 'running' order by created_at`,
    })
    return rows
  }

  async release(batch: string, worker: string): Promise<void> {
    const held = { condition: 's.worker = $2', error: 'its worker ended over it', values: [worker] }
    await takeBack(this.#session, batch, held)
  }

  tryOut(plan: WorkshopPlan, rows: number, work: (slice: Trial) => Promise<void>): Promise<TrialEnd> {
    return tryOut(this.#session, plan, rows, work)
  }

  async query(text: string | Sql): Promise<readonly Row[]> {
    // one that is waited for must not make another wait: signals measure time
    const session = this.#idle.pop() ?? new Session(this.#url, undefined, { answerWithinMs: signalWithinMs })
    try {
      const { rows } = await session.query(isSql(text) ? renderOnce(text) : { text })
      return rows
    } finally {
      this.#idle.push(session)
    }
  }

  isAway(error: unknown): boolean {
    return passes(error)
  }

  change(withinMs: number, signal: AbortSignal): Promise<void> {
    return this.#listener.change(withinMs, signal)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const sessions = [this.#session, ...this.#idle]
    await Promise.all([...sessions.map((session) => session.drop()), this.#listener[Symbol.asyncDispose]()])
  }
}
