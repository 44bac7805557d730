import type { Batch } from '../../batches/definition.ts'
import { idempotencyKey } from '../../batches/idempotency-key.ts'
import { count } from '../../core/text.ts'
import type { SliceLedger, TableEffect, Trial, TrialEnd } from '../../databases/slice-ledger.ts'

/** Does the first slice, rolls it back, and prints what it would have changed. Returns the exit code. */
export async function dryRun(ledger: SliceLedger, batch: Batch, run: string): Promise<number> {
  const { source, statement, limits, size } = batch
  const plan = {
    batch: run,
    worker: run,
    source,
    leaseMs: limits.leaseMs,
    sliceMs: limits.sliceMs,
    ...(statement === undefined ? {} : { statement }),
  }
  const rows = 'rows' in size ? size.rows : 1_000
  console.log(describe(await ledger.tryOut(plan, rows, (slice) => handle(batch, run, slice))))
  return 0
}

async function handle({ process, params }: Batch, run: string, { rows, query, keyOf }: Trial): Promise<void> {
  await process?.({
    params,
    rows,
    run,
    tx: { query: (text, values) => query(text, values) as never },
    signal: new AbortController().signal,
    idempotencyKey: (row) => idempotencyKey(run, keyOf(row)),
  })
}

function describe(end: TrialEnd): string {
  if (end === undefined) return 'There are no rows to do.'
  const slice = `The first slice has ${count(end.rows, 'row')}, up to ${end.range.upper.join(', ')}.`
  const effects = end.effects.map((effect) => `  ${effect.table}: ${changes(effect)}`)
  const what = effects.length === 0 ? 'It would have changed nothing.' : 'It would have changed:'
  return [slice, what, ...effects, 'All of it was rolled back.'].join('\n')
}

function changes({ inserted, updated, deleted }: TableEffect): string {
  const kinds = [
    [inserted, 'inserted'],
    [updated, 'updated'],
    [deleted, 'deleted'],
  ] as const
  return kinds.flatMap(([n, verb]) => (n === 0 ? [] : [`${count(n, 'row')} ${verb}`])).join(', ')
}
