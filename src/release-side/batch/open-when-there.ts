import { Patience } from '../../batches/patience.ts'
import { PurserError } from '../../core/errors.ts'
import type { SliceLedger } from '../../databases/slice-ledger.ts'

/** Opens what was there before: while its database or broker is away, it waits. Throws everything else, and when drained. */
export async function openWhenThere<T>(
  open: () => Promise<T>,
  ledger: Pick<SliceLedger, 'isAway'>,
  options: ConstructorParameters<typeof Patience>[0],
): Promise<T> {
  const patience = new Patience(options)
  for (;;) {
    try {
      const opened = await open()
      patience.end()
      return opened
    } catch (error) {
      const isAway = error instanceof PurserError && error.code === 'QUEUE_UNREACHABLE'
      if (options.drain.aborted || !(isAway || ledger.isAway(error))) throw error
      await patience.wait(error)
    }
  }
}
