import type { SchemaObject } from '../../../databases/inspector.ts'
import type { Evidence } from '../evidence.ts'
import type { Finding } from '../finding.ts'
import type { KeptObject } from '../seen/objects.ts'
import { type Scene, sceneOf } from '../seen/scene.ts'
import { goneProtection } from './gone-protection.ts'
import { newlyPublic } from './newly-public.ts'

/** Something that protected the data is gone, off, or holds for new rows only. */
export function weakenedIntegrity({ trace }: Evidence): readonly Finding[] {
  if (trace === undefined) return []
  const scene = sceneOf(trace)
  return [
    ...goneProtection(scene),
    ...scene.difference.kept.flatMap((object) => looser(object, scene)),
    ...newlyPublic(scene),
  ]
}

interface Rule {
  readonly kind: string
  readonly property: string
  readonly isLooser: (before: string, after: string) => boolean
  readonly says: (object: SchemaObject) => string
  readonly remedy: string
}

const fromTo = (from: string, to: string) => (before: string, after: string) =>
  before === from && after === to

const opens = (before: string, after: string) => before !== after && (after === 'true' || after === '')

const rules: readonly Rule[] = [
  {
    ...{ kind: 'policy', property: 'using', isLooser: opens },
    says: ({ name }) => `Policy ${name} lets all rows through.`,
    remedy: 'Keep a condition in it, or name the roles that may see all rows in a policy of their own.',
  },
  {
    ...{
      kind: 'policy',
      property: 'check',
      isLooser: (before, after) => before !== after && after === 'true',
    },
    says: ({ name }) => `Policy ${name} lets all rows be written.`,
    remedy: 'Keep a condition in it, or name the roles that may write all rows in a policy of their own.',
  },
  {
    ...{
      kind: 'policy',
      property: 'roles',
      isLooser: (before, after) => before !== after && after === 'public',
    },
    says: ({ name }) => `Policy ${name} is everybody's.`,
    remedy: 'Name the roles that it is for.',
  },
  {
    ...{ kind: 'table', property: 'rowSecurity', isLooser: fromTo('yes', 'no') },
    says: ({ name }) => `Row security of ${name} is off: whoever may read it sees all rows.`,
    remedy: 'Leave row security on, and change the policies that are in the way.',
  },
  {
    ...{ kind: 'table', property: 'rowSecurityForced', isLooser: fromTo('yes', 'no') },
    says: ({ name }) => `Row security of ${name} holds for its owner no more.`,
    remedy: 'Leave it forced, and give the owner a policy of its own.',
  },
  {
    ...{ kind: 'table', property: 'persistence', isLooser: fromTo('permanent', 'unlogged') },
    says: ({ name }) => `${name} is unlogged: a crash empties it, and replicas do not have it.`,
    remedy: 'Leave it logged; a table for what may be lost can be a second one.',
  },
  {
    ...{
      kind: 'column',
      property: 'nullable',
      isLooser: (before, after) => before === 'no' && after !== 'no',
    },
    says: ({ name }) => `${name} may be null, which it might not be.`,
    remedy:
      'Where code does not expect nulls, keep NOT NULL; where they are meant, see that no release reads it that can’t bear them.',
  },
  {
    ...{ kind: 'constraint', property: 'validated', isLooser: fromTo('yes', 'no') },
    says: ({ name }) => `Constraint ${name} is not valid: it holds for new rows only.`,
    remedy: 'VALIDATE CONSTRAINT in a migration of its own.',
  },
  {
    ...{
      kind: 'constraint',
      property: 'triggersDisabled',
      isLooser: (before, after) => before !== 'yes' && after === 'yes',
    },
    says: ({ name }) => `The triggers of constraint ${name} are disabled: nothing checks it.`,
    remedy: 'Enable them again in the same transaction, or leave them on.',
  },
  {
    ...{
      kind: 'trigger',
      property: 'enabled',
      isLooser: (before, after) => before !== 'no' && after === 'no',
    },
    says: ({ name }) => `Trigger ${name} is disabled.`,
    remedy:
      'Enable it again in the same transaction; session_replication_role = replica lets one session work without triggers.',
  },
  {
    ...{ kind: 'index', property: 'unique', isLooser: fromTo('yes', 'no') },
    says: ({ name }) => `Index ${name} is unique no more.`,
    remedy: 'Keep a unique index on these columns.',
  },
  ...['function', 'procedure'].map(
    (kind): Rule => ({
      ...{
        kind,
        property: 'definition',
        isLooser: (before, after) => !isOfItsOwner(before) && isOfItsOwner(after),
      },
      says: ({ name }) => `${name} runs with its owner's rights, whoever calls it.`,
      remedy:
        'Leave it SECURITY INVOKER; or set its search_path, and take EXECUTE on it from PUBLIC in the same transaction.',
    }),
  ),
  {
    ...{
      kind: 'view',
      property: 'options',
      isLooser: (before, after) => asksItsReader(before) && !asksItsReader(after),
    },
    says: ({ name }) => `View ${name} reads with its owner's rights, and did with those of whoever asks it.`,
    remedy: 'Keep security_invoker on: row security holds for its owner otherwise.',
  },
]

/** Whether a function's definition says so, before its body begins. */
function isOfItsOwner(definition: string): boolean {
  return /\bSECURITY DEFINER\b/.test(definition.split(/\nAS |\nBEGIN ATOMIC|\nRETURN /)[0] ?? '')
}

function asksItsReader(options: string): boolean {
  return /\bsecurity_invoker=(?:true|on|1|yes)\b/.test(options)
}

function looser({ before, after }: KeptObject, { trace }: Scene): readonly Finding[] {
  if (trace.historyTables.includes(before.table ?? before.name)) return []
  return rules
    .filter(({ kind, property, isLooser }) => {
      if (kind !== before.kind) return false
      return isLooser(before.properties[property] ?? '', after.properties[property] ?? '')
    })
    .map(({ says, remedy }) => ({
      hazard: 'weakened_integrity',
      weight: 'fails',
      ...(before.kind === 'table' || before.table !== undefined
        ? { table: before.table ?? before.name }
        : {}),
      evidence: says(before),
      remedy,
    }))
}
