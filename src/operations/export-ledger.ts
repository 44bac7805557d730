import type { Ledger } from '../ledger/ledger.ts'

/** All events as NDJSON: one `StoredEvent` a line, each line with its newline. */
export async function* exportLedger(ledger: Pick<Ledger, 'scan'>): AsyncIterable<string> {
  for await (const event of ledger.scan()) yield `${JSON.stringify(event)}\n`
}
