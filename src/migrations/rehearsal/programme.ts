import { reasonOf } from '../../core/errors.ts'
import type { PassName } from '../../runs/rehearsal.ts'
import type { Evidence, PassRecord } from './evidence.ts'
import type { Stage } from './stage.ts'

/** What passes have seen, each its own. */
export type Seen = { -readonly [Pass in PassName]?: NonNullable<Evidence[Pass]> }

/** Why a pass has nothing to look at, which is no gap; or why it can't be played, which is one. */
export type Unplayed = { readonly notApplicable: string } | { readonly impossible: string }

/** Plays passes one after the other, and keeps a record of each. */
export class Programme {
  readonly records: PassRecord[] = []
  readonly seen: Seen = {}
  readonly #off: ReadonlySet<PassName>
  readonly #stage: Pick<Stage, 'say' | 'signal'>

  constructor(stage: Pick<Stage, 'say' | 'signal'>, off: ReadonlySet<PassName>) {
    this.#stage = stage
    this.#off = off
  }

  /** Plays a pass, unless it is off, and returns what it has seen. One that throws has failed; an abort is thrown on. */
  async play<Pass extends PassName, Found extends NonNullable<Seen[Pass]>>(
    pass: Pass,
    doing: string,
    work: () => Promise<Found | Unplayed>,
  ): Promise<Found | undefined> {
    if (this.#off.has(pass)) {
      this.records.push({ pass, result: 'off', why: 'It was switched off.' })
      return undefined
    }
    this.#stage.signal.throwIfAborted()
    this.#stage.say(doing)
    const begun = performance.now()
    const result = await work().catch((error: unknown) => ({ impossible: sentence(reasonOf(error)) }))
    this.#stage.signal.throwIfAborted()
    const ms = Math.round(performance.now() - begun)
    if ('notApplicable' in result)
      this.records.push({ pass, result: 'not-applicable', why: result.notApplicable })
    else if ('impossible' in result) this.records.push({ pass, result: 'failed', why: result.impossible, ms })
    else {
      this.seen[pass] = result
      this.records.push({ pass, result: 'done', ms })
      return result
    }
    return undefined
  }
}

function sentence(reason: string): string {
  return /[.!?]$/.test(reason) ? reason : `${reason}.`
}
