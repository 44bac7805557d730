/** The batch that is measured. The sizes come from the benchmark. */
import { defineBatch } from '../../../src/tasks/define.ts'
import { sql } from '../../../src/tasks/sql.ts'
import { lookUp } from '../look-up.ts'

const { BENCH_ROWS = '', BENCH_SLICE_ROWS = '1000', BENCH_LATENCY_MS } = process.env

export default defineBatch({
  name: 'raise',
  summary: 'Raises every counter by one.',
  database: 'main',
  source: {
    table: 'counted',
    key: 'id',
    where: BENCH_ROWS === '' ? sql`true` : sql`id <= ${Number(BENCH_ROWS)}`,
  },
  slice: { rows: Number(BENCH_SLICE_ROWS) },
  throttle: BENCH_LATENCY_MS === undefined ? [] : [lookUp(Number(BENCH_LATENCY_MS))],
  statement: ({ slice }) => sql`update counted set applied = applied + 1 where ${slice}`,
})
