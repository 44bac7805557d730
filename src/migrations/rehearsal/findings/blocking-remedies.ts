import { changedProperties } from '../seen/objects.ts'
import type { KnownWork, Scene, Step } from '../seen/scene.ts'

const inItsOwn = 'in a migration of its own, outside a transaction'

/** The way to do a scan or a build without keeping others waiting, by what has become of the table. */
export function remedyForBlockingWork(
  { known, built }: KnownWork,
  { statement: { tag } }: Step,
  { difference }: Scene,
): string {
  if (known.kind === 'materialized view')
    return 'Give the view a unique index and use REFRESH MATERIALIZED VIEW CONCURRENTLY, which lets readers go on.'
  if (tag?.startsWith('REINDEX') === true) return `Use REINDEX … CONCURRENTLY, ${inItsOwn}.`
  const table = known.nameAfter
  const added = difference.added.filter((object) => object.table === table)
  const constraint = added.find(({ kind }) => kind === 'constraint')
  if (built.length > 0 && constraint !== undefined)
    return `Build the index first, by CREATE UNIQUE INDEX CONCURRENTLY ${inItsOwn}, then ADD CONSTRAINT … USING INDEX with a short lock_timeout. The columns of a primary key must be NOT NULL before.`
  if (built.length > 0) return `Use CREATE INDEX CONCURRENTLY, ${inItsOwn}.`
  if (constraint?.properties.kind === 'primary key') return notNull(`its columns`)
  if (constraint !== undefined)
    return 'Add the constraint NOT VALID with a short lock_timeout, then VALIDATE CONSTRAINT in a migration of its own: that lets reads and writes go on.'
  const ofIt = difference.kept.filter(({ before }) => (before.table ?? before.name) === known.name)
  const column = ofIt.find(
    (object) => object.before.kind === 'column' && changedProperties(object).includes('nullable'),
  )
  if (column !== undefined) return notNull(column.after.name)
  if (ofIt.some((object) => changedProperties(object).includes('partitionBound')))
    return 'Before ATTACH PARTITION, add a CHECK that says what the bound says, NOT VALID, and validate it: the server then needs no scan. The same for rows of a default partition.'
  return `Let the scan happen under a weaker lock: add constraints NOT VALID and validate them in a migration of their own, build indexes CONCURRENTLY, and give the statement that needs the strong lock nothing to read.`
}

function notNull(column: string): string {
  return `Make sure first that ${column} can be proven NOT NULL without a scan: add CHECK (… IS NOT NULL) NOT VALID, VALIDATE CONSTRAINT in a migration of its own, then SET NOT NULL with a short lock_timeout, and drop the check.`
}
