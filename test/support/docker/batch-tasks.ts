/** How many rows there are, in slices of a hundred. */
export const rowCount = 3_000
/** Slices above this key wait at the gate while it is closed. */
export const gateAfter = 1_000
/** The advisory lock that is the gate. */
export const gateLock = 7

const loudLinesOfSlice = 2_000
/** How many lines the loud batch prints. */
export const loudLines = (rowCount / 100) * loudLinesOfSlice

/** A batch over the table `places`. */
function batch(name: string, options: string): string {
  return `import { defineBatch, sql } from 'purser'
export default defineBatch({
  name: '${name}', summary: 'A batch of the tests.', database: 'main',
  source: { table: 'places', key: 'id' }, slice: { rows: 100 },
  ${options}
})
`
}

const apply = `await tx.query('update places set applied = applied + 1 where id = any($1)', [rows.map(({ id }) => id)])`
const isPoisoned = `(await tx.query('select from poison where id = any($1)', [rows.map(({ id }) => id)])).count > 0`

/** The batches of the tests' app, by their names. */
export const batchTasks: Readonly<Record<string, string>> = {
  // A statement, and nothing in its way.
  count: batch(
    'count',
    `statement: ({ slice }) => sql\`update places set applied = applied + 1 where \${slice}\`,`,
  ),
  // Code that waits where the test wants it to.
  gated: batch(
    'gated',
    `limits: { leaseMs: 2_000 },
  async process({ rows, tx }) {
    // tells the test that this worker was told to leave
    globalThis.hears ??= process.once('SIGTERM', () => process.getBuiltinModule('node:fs').writeFileSync('/tmp/told', ''))
    await tx.query('select pg_advisory_xact_lock_shared(${gateLock}) where $1 > ${gateAfter}', [Number(rows[0]?.id)])
    ${apply}
  },`,
  ),
  // An error of many lines, after which the slice is tried again a little later.
  verbose: batch(
    'verbose',
    `limits: { tries: 100, leaseMs: 2_000 },
  async process({ rows, tx }) {
    if (${isPoisoned}) throw new Error('it is poison: ' + 'ä'.repeat(5_000))
    ${apply}
  },`,
  ),
  poisoned: batch(
    'poisoned',
    `limits: { tries: 2, leaseMs: 2_000 },
  async process({ rows, tx }) {
    if (${isPoisoned}) throw new Error('it is poison')
    ${apply}
  },`,
  ),
  exiting: batch(
    'exiting',
    `limits: { tries: 1, leaseMs: 2_000 },
  async process({ rows, tx }) {
    ${apply}
    if (${isPoisoned}) process.exit(0)
  },`,
  ),
  // More memory than its container may have.
  greedy: batch(
    'greedy',
    `limits: { tries: 1, leaseMs: 2_000 },
  async process({ rows, tx }) {
    ${apply}
    const kept = []
    while (${isPoisoned}) kept.push(Buffer.alloc(32_000_000, 1))
  },`,
  ),
  // More output than a pipe holds, on the stream that the reports are in.
  loud: batch(
    'loud',
    `limits: { leaseMs: 2_000 },
  async process({ rows, tx }) {
    ${apply}
    for (let line = 0; line < ${loudLinesOfSlice}; line += 1) console.error('a line that somebody wants to read, perhaps')
  },`,
  ),
}
