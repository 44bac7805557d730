/** How many rows there are, in slices of a hundred. */
export const rowCount = 3_000
export const sliceRows = 100
/** Slices above this key wait at the gate while it is closed. */
export const gateAfter = 1_000
/** The advisory lock that is the gate. */
export const gateLock = 7

const loudLinesOfSlice = 2_000
/** How many lines the loud batch prints. */
export const loudLines = (rowCount / sliceRows) * loudLinesOfSlice

/** A batch over the table `places`; what becomes of it is told by the tests' other tables. */
function batch(name: string, options: string): string {
  return `import { defineBatch, sql } from 'purser'
export default defineBatch({
  name: '${name}', summary: 'A batch of the tests.', database: 'main',
  source: { table: 'places', key: 'id' }, slice: { rows: ${sliceRows} },
  ${options}
})
`
}

const setting = (what: string) =>
  `statement: ({ slice }) => sql\`update places set ${what} where \${slice}\`,`
const apply = `await tx.query('update places set applied = applied + 1 where id = any($1)', [rows.map(({ id }) => id)])`
const isPoisoned = `(await tx.query('select from poison where id = any($1)', [rows.map(({ id }) => id)])).count > 0`

/** One whose handler does this for each slice. */
function handling(name: string, limits: string, ...statements: readonly string[]): string {
  return batch(
    name,
    `limits: { ${limits} },
  async process({ rows, tx }) {
    ${statements.join('\n    ')}
  },`,
  )
}

/** The batches of the tests' apps, by their names. */
export const batchTasks: Readonly<Record<string, string>> = {
  // A statement, and nothing in its way.
  count: batch('count', setting('applied = applied + 1')),
  // Code that waits where the test wants it to, and tells when it was told to leave.
  gated: handling(
    'gated',
    'leaseMs: 2_000',
    `globalThis.hears ??= process.once('SIGTERM', () => {
      const fs = process.getBuiltinModule('node:fs')
      fs.writeFileSync((fs.existsSync('.purser') ? '.purser' : '/tmp') + '/told-' + process.env.PURSER_RUN, '')
    })`,
    `await tx.query('select pg_advisory_xact_lock_shared(${gateLock}) where $1 > ${gateAfter}', [Number(rows[0]?.id)])`,
    apply,
  ),
  poisoned: handling(
    'poisoned',
    'tries: 2, leaseMs: 2_000',
    `if (${isPoisoned}) throw new Error(rows.length === 1 ? 'row ' + rows[0].id + ' is poison' : 'poison is in it')`,
    apply,
  ),
  strict: handling(
    'strict',
    'tries: 1, buried: 1, leaseMs: 2_000',
    `if (${isPoisoned}) throw new Error('poison is in it')`,
    apply,
  ),
  exiting: handling('exiting', 'tries: 1, leaseMs: 2_000', apply, `if (${isPoisoned}) process.exit(0)`),
  hanging: handling(
    'hanging',
    'tries: 1, sliceMs: 200, leaseMs: 2_000',
    apply,
    `if (${isPoisoned}) await new Promise(() => {})`,
  ),
  // More memory than its container may have.
  greedy: handling(
    'greedy',
    'tries: 1, leaseMs: 2_000',
    apply,
    'const kept = []',
    `while (${isPoisoned}) kept.push(Buffer.alloc(32_000_000, 1))`,
  ),
  telling: handling(
    'telling',
    'tries: 1',
    `if (${isPoisoned}) throw new Error('no answer from ' + process.env.DATABASE_URL)`,
    apply,
  ),
  // An error of many lines, after which the slice is tried again a little later.
  verbose: handling(
    'verbose',
    'tries: 100, leaseMs: 2_000',
    `if (${isPoisoned}) throw new Error('it is poison: ' + 'ä'.repeat(5_000))`,
    apply,
  ),
  // More output than a pipe holds, on the stream that the reports are in.
  loud: handling(
    'loud',
    'leaseMs: 2_000',
    apply,
    `for (let line = 0; line < ${loudLinesOfSlice}; line += 1) console.error('a line that somebody wants to read, perhaps')`,
  ),
  unfit: batch('unfit', setting('applied = 1')).replace("key: 'id'", "key: 'applied'"),
  mistaken: batch('mistaken', setting('aplied = 1')),
  careless: batch('careless', 'statement: () => sql`update places set applied = applied + 1`,'),
}
