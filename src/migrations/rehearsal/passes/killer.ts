import type { Brake } from '../../../databases/inspector.ts'
import type { Statement } from '../../../databases/wire.ts'
import { type Commit, mayChange } from '../commits.ts'
import type { TransactionRecord } from '../evidence.ts'
import { Recorder } from '../recorder.ts'

/** When a migration is killed: after so many of its commits, or in the so-many-th of its statements that commit by themselves. */
export interface Death {
  /** In words. */
  readonly at: string
  readonly in: 'commit' | 'statement alone'
  readonly count: number
}

/** All deaths of a migration with these commits. After the last there is nothing left to be done. */
export function deathsOf(commits: readonly Commit[]): readonly Death[] {
  const alone = commits.filter(({ isAlone }) => isAlone)
  return [
    ...commits.slice(1).map((_, index) => ({
      at: `after commit ${index + 1} of ${commits.length}`,
      in: 'commit' as const,
      count: index + 1,
    })),
    ...alone.map(({ text }, index) => ({
      at: `in "${beginning(text)}"`,
      in: 'statement alone' as const,
      count: index + 1,
    })),
  ]
}

function beginning(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > 60 ? `${line.slice(0, 60).trim()} …` : line
}

interface Options {
  /** How long the statement is to be at work, in milliseconds. */
  readonly ms: number
  /** Takes hold of what the clone's sessions must wait for. */
  readonly brake: () => Promise<Brake>
}

/** Ends a migration at its time, by aborting `killed`. */
export class Killer extends Recorder implements AsyncDisposable {
  readonly #death: Death
  readonly #options: Options
  readonly #killed = new AbortController()
  readonly #changing = new Set<string>()
  #commits = 0
  #alone = 0
  #brake: Promise<Brake> | undefined

  constructor(death: Death, options: Options) {
    super()
    this.#death = death
    this.#options = options
  }

  /** To be waited for before the migration begins. */
  async ready(): Promise<void> {
    if (this.#isNext) await this.#takeHold()
  }

  get killed(): AbortSignal {
    return this.#killed.signal
  }

  override afterStatement(statement: Statement): void {
    super.afterStatement(statement)
    if (mayChange(statement)) this.#changing.add(statement.session)
  }

  override afterTransaction(session: string, transaction: number, end: TransactionRecord['end']): void {
    super.afterTransaction(session, transaction, end)
    const hasChanged = this.#changing.delete(session)
    if (end !== 'committed' || !hasChanged) return
    this.#commits += 1
    if (this.#death.in === 'commit') {
      if (this.#commits === this.#death.count) this.#kill()
    } else if (this.#alone === this.#death.count)
      this.#kill() // over too soon
    else if (this.#isNext) void this.#takeHold().catch(() => {})
  }

  /** It is at work now. */
  unenforceable(session: string): void {
    this.#alone += 1
    if (this.#death.in === 'statement alone' && this.#alone === this.#death.count)
      void this.#killWithin(session).catch(() => this.#kill())
  }

  get #isNext(): boolean {
    return this.#death.in === 'statement alone' && this.#alone === this.#death.count - 1
  }

  #takeHold(): Promise<Brake> {
    this.#brake ??= this.#options.brake()
    return this.#brake
  }

  async #killWithin(session: string): Promise<void> {
    const brake = await this.#takeHold()
    await brake.caught(session, this.#options.ms, this.killed)
    this.#kill()
  }

  #kill(): void {
    this.#killed.abort()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#kill()
    const brake = await this.#brake?.catch(() => undefined)
    await brake?.[Symbol.asyncDispose]()
  }
}
