import { reasonOf } from '../core/errors.ts'
import { count } from '../core/text.ts'
import { brokenLink, genesis, nameOf } from '../ledger/chain.ts'
import type { Head, Ledger, StoredEvent } from '../ledger/ledger.ts'
import type { RunFinding } from '../runs/events.ts'
import { applyEvent, foldRun, isMove, type RecordedEvent, type Run } from '../runs/run.ts'
import { isEnd } from '../runs/statuses.ts'

interface VerifyOptions {
  /** A head that was kept elsewhere; without it nobody can tell that a tail was cut off or all of it rewritten. */
  readonly expect?: Head
}

/** What walking a ledger found. */
export interface Verification {
  readonly events: number
  readonly runs: number
  readonly head: Head
  /** One sentence for each thing that is wrong, at most 101; empty when the ledger holds. */
  readonly problems: readonly string[]
}

const problemsShown = 100

/**
 * Walks the whole ledger and finds every event that was edited, deleted, inserted, reordered or moved to another run,
 * and every run whose history could not have happened.
 */
export async function verifyLedger(
  ledger: Pick<Ledger, 'scan'>,
  { expect = genesis }: VerifyOptions = {},
): Promise<Verification> {
  const problems: string[] = []
  const histories = new Histories()
  let found = 0
  let events = 0
  let head = genesis
  const report = (problem: string | undefined) => {
    if (problem === undefined) return
    found += 1
    if (found <= problemsShown) problems.push(problem)
  }

  report(replaced(genesis, expect))
  for await (const event of ledger.scan()) {
    report(brokenLink(head, event))
    report(histories.take(event))
    head = { sequence: event.sequence, hash: event.hash }
    report(replaced(head, expect))
    events += 1
  }
  report(cutOff(head, expect))
  if (found > problems.length) problems.push(`There are ${count(found - problems.length, 'more problem')}.`)
  return { events, runs: histories.runs, head, problems }
}

function replaced(head: Head, expect: Head): string | undefined {
  if (head.sequence !== expect.sequence || head.hash === expect.hash) return undefined
  return `Event ${head.sequence} is not the one whose hash was kept: history up to it was replaced.`
}

function cutOff(head: Head, expect: Head): string | undefined {
  if (head.sequence >= expect.sequence) return undefined
  return `The ledger ends at event ${head.sequence}, but event ${expect.sequence} was its head once: its end was cut off.`
}

/** Folds each run as its events come by, and holds only those of which there may be more to tell. */
class Histories {
  readonly #runs = new Map<string, Known>()

  get runs(): number {
    return this.#runs.size
  }

  /** Why this cannot have happened to its run, in a sentence; a run's first impossible event is enough. */
  take(event: StoredEvent): string | undefined {
    const run = this.#runs.get(event.run)
    if (run === 'impossible') return undefined
    try {
      const next = fold(run, event)
      this.#runs.set(event.run, next)
      return undefined
    } catch (error) {
      this.#runs.set(event.run, 'impossible')
      return `${nameOf(event)} cannot have happened: ${reasonOf(error)}`
    }
  }
}

type Known = Run | 'ended' | 'impossible'

function fold(run: Run | 'ended' | undefined, event: StoredEvent): Run | 'ended' {
  const recorded = recordedEvent(event)
  if (run === undefined) return foldRun(event.run, [recorded])
  if (run === 'ended' || (isEnd(run.status) && isMove(recorded.event))) throw new Error('Its run had ended.')
  if (!isMove(recorded.event)) expectFinding(run, recorded.event)
  const next = applyEvent(run, recorded)
  return isEnd(next.status) && !mayBeFound(next) ? 'ended' : next
}

/** A verdict comes after the end of its run, and so does what was done to production. */
function mayBeFound({ request, rehearsal, applied }: Run): boolean {
  if (request.kind !== 'migration') return false
  return request.isRehearsal ? rehearsal === undefined : applied === undefined
}

/** A second verdict would stand in the place of the first. */
function expectFinding(run: Run, { kind }: RunFinding): void {
  const isOfRehearsal = kind === 'rehearsed'
  if (run.request.kind !== 'migration' || isOfRehearsal !== (run.request.isRehearsal ?? false))
    throw new Error(`It is no ${isOfRehearsal ? 'rehearsal' : 'migration of production'}.`)
  if (!mayBeFound(run)) throw new Error('That is told once.')
}

function recordedEvent({ at, kind, body }: StoredEvent): RecordedEvent {
  if (body === null) throw new Error('It has lost its body.')
  const event = JSON.parse(body)
  if (event?.kind !== kind) throw new Error(`Its body is not that of the kind "${kind}".`)
  return { at, event }
}
