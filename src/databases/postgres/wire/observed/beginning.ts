import { exitCodes, PurserError, reasonOf } from '../../../../core/errors.ts'
import type { Tap } from '../../../wire.ts'

/** Whether statements may be forwarded at all: asked when the first of any session has come. */
export class Beginning {
  readonly #ask: NonNullable<Tap['beforeFirstStatement']>
  #answer: Promise<void> | undefined

  constructor(tap: Tap | undefined) {
    this.#ask = tap?.beforeFirstStatement?.bind(tap) ?? (async () => undefined)
  }

  /** Resolves where they may. Throws the refusal, the same for every session. */
  mayBegin(): Promise<void> {
    this.#answer ??= this.#judge()
    return this.#answer
  }

  async #judge(): Promise<void> {
    const refusal = await this.#ask().catch((error: unknown) => ({
      code: 'GATE_FAILED' as const,
      message: `Whether the migration may begin could not be answered: ${reasonOf(error)}`,
      remedy: 'A check that could not run is never a pass. Mend what it says, and try again.',
    }))
    if (refusal === undefined) return
    throw new PurserError(refusal.code, { ...refusal, exitCode: exitCodes.refused })
  }
}
