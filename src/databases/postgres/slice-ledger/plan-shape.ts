import type { QueryConfig } from 'pg'
import type { Session } from './session.ts'

/**
 * Whether the server would carry a statement out in the same way for any slice as for this one, so that it need be
 * planned only once: planning takes a good part of a small slice's time. Without the same way, its plan for "some
 * slice" may be a poor one (it supposes that a range is half a percent of the table), and each slice is planned.
 */
export async function isPlannedAlike(session: Session, { text, values = [] }: QueryConfig): Promise<boolean> {
  const own = await explain(session, { text: `explain (format json, costs off) ${text}`, values })
  await session.query({ text: `prepare purser_shape as ${text}` })
  try {
    await session.query({ text: 'set plan_cache_mode = force_generic_plan' })
    const nothing = values.map(() => 'null').join(', ')
    const any = await explain(session, {
      text: `explain (format json, costs off) execute purser_shape(${nothing})`,
    })
    return JSON.stringify(own) === JSON.stringify(any)
  } finally {
    await session.query({ text: 'reset plan_cache_mode' })
    await session.query({ text: 'deallocate purser_shape' })
  }
}

interface PlanNode {
  readonly [fact: string]: unknown
  readonly Plans?: readonly PlanNode[]
}

async function explain(session: Session, config: QueryConfig): Promise<unknown> {
  const { rows } = await session.query<{ 'QUERY PLAN': readonly [{ Plan: PlanNode }] }>(config)
  return shapeOf(rows[0]?.['QUERY PLAN'][0].Plan)
}

// How rows are found and joined; not the values by which.
const tellingFacts = ['Node Type', 'Join Type', 'Relation Name', 'Alias', 'Index Name', 'Subplan Name']

// Purser's own parts find one row by its key, however that is planned.
const ownParts = ['CTE purser_batch', 'CTE purser_checkpoint']

function shapeOf(node: PlanNode | undefined): unknown {
  const parts = (node?.Plans ?? []).filter((part) => !ownParts.includes(String(part['Subplan Name'])))
  return [tellingFacts.map((fact) => node?.[fact]), ...parts.map(shapeOf)]
}
