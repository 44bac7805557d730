import type { Client, QueryResult } from 'pg'
import type { SliceClaim } from '../../../runs/slice.ts'
import { execution, prepareOn } from './prepared.ts'
import type { Rendered } from './render.ts'
import type { Session } from './session.ts'

/**
 * Whether the server would carry a statement out in the same way for any slice as for this one, so that it need be
 * planned only once: planning takes a good part of a small slice's time. The session then does so. Without the same way,
 * its plan for "some slice" may be a poor one (it supposes that a range is half a percent of the table), and each slice
 * is planned.
 */
export function planOnce(session: Session, statement: Rendered, claim: SliceClaim): Promise<boolean> {
  const { text, values = [] } = statement.bind(claim)
  return session.use(async (client) => {
    await prepareOn(client, text)
    const own = await client.query<Explained>({ text: `explain (format json, costs off) ${text}`, values })
    const any = await explainAny(client, values.length)
    if (JSON.stringify(shapeIn(own)) === JSON.stringify(shapeIn(any))) return true
    await client.query('reset plan_cache_mode')
    return false
  })
}

/** For whatever values; the session plans once from then on. */
async function explainAny(client: Client, values: number): Promise<QueryResult<Explained>> {
  const call = execution(client, new Array(values).fill(null))
  const answers = await client.query(
    `set plan_cache_mode = force_generic_plan; explain (format json, costs off) ${call}`,
  )
  const [, explained] = answers as unknown as readonly [unknown, QueryResult<Explained>]
  return explained
}

interface Explained {
  readonly 'QUERY PLAN': readonly [{ readonly Plan: PlanNode }]
}

interface PlanNode {
  readonly [fact: string]: unknown
  readonly Plans?: readonly PlanNode[]
}

function shapeIn({ rows }: QueryResult<Explained>): unknown {
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
