import { genesis, linkAfter } from '../../src/ledger/chain.ts'
import type { Ledger, NewEvent, StoredEvent } from '../../src/ledger/ledger.ts'

/** What {@link linkAfter} makes a link of. */
export type Unlinked = Parameters<typeof linkAfter>[1]

/** A chain whose every hash holds, whatever it tells of; on top of one that is there already, if given. */
export function chainOf(
  events: readonly Unlinked[],
  before: readonly StoredEvent[] = [],
): readonly StoredEvent[] {
  const chain = [...before]
  for (const event of events) chain.push(linkAfter(chain.at(-1) ?? genesis, event))
  return chain
}

export function unlinked({
  run,
  event,
  at,
  claim = null,
}: Omit<NewEvent, 'claim'> & { claim?: string | null }): Unlinked {
  return { run, kind: event.kind, at, claim, body: JSON.stringify(event) }
}

/** As much of a ledger as verifying reads. */
export function scanOf(events: readonly StoredEvent[]): Pick<Ledger, 'scan'> {
  return {
    async *scan() {
      yield* events
    },
  }
}
