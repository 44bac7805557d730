import type { SchemaObject } from '../../../databases/inspector.ts'
import type { Finding } from '../finding.ts'
import type { Scene } from '../seen/scene.ts'

const remedy =
  'Create the policies that let the application’s roles through first, and enable row security, or take a policy away, after that in the same transaction. Try it as each role that the application uses.'

/** Rows that roles other than the owner see no more, by row security: told also where no client’s statement shows it. */
export function hiddenRows({ difference, trace }: Scene): readonly Finding[] {
  const policies = trace.after.objects.filter(({ kind }) => kind === 'policy')
  const isOn = (table: string | undefined) =>
    [trace.before, trace.after].every(({ objects }) =>
      objects.some(
        ({ kind, name, properties }) => kind === 'table' && name === table && hasRowSecurity(properties),
      ),
    )
  return [
    ...difference.kept
      .filter(({ before, after }) => hasRowSecurity(after.properties) && !hasRowSecurity(before.properties))
      .map(({ before, after }) =>
        newlyOn(
          before.name,
          policies.some((policy) => letsThrough(policy, after.name)),
        ),
      ),
    ...difference.added.filter((policy) => isRestriction(policy) && isOn(policy.table)).map(newRestriction),
    ...difference.gone
      .filter((policy) => policy.kind === 'policy' && letsThrough(policy, policy.table) && isOn(policy.table))
      .filter((policy) => !policies.some((other) => isAlike(policy, other)))
      .map(gonePermission),
  ]
}

type Properties = SchemaObject['properties']

function hasRowSecurity(properties: Properties): boolean {
  return properties.rowSecurity === 'yes'
}

function letsThrough({ table, properties }: SchemaObject, name: string | undefined): boolean {
  return table === name && properties.kind === 'permissive'
}

function isRestriction({ kind, properties }: SchemaObject): boolean {
  return kind === 'policy' && properties.kind === 'restrictive' && properties.using !== 'true'
}

function isAlike(one: SchemaObject, other: SchemaObject): boolean {
  const names = ['command', 'kind', 'roles', 'using', 'check']
  return one.table === other.table && names.every((name) => one.properties[name] === other.properties[name])
}

function newlyOn(table: string, hasPolicy: boolean): Finding {
  return {
    ...{ hazard: 'breaks_clients', weight: hasPolicy ? 'notes' : 'fails', table, remedy },
    evidence: hasPolicy
      ? `Row security is on for ${table}, which it was not: roles other than its owner see what its policies let through.`
      : `Row security is on for ${table}, which it was not, and it has no policy that lets anybody through: roles other than its owner see no row.`,
  }
}

function newRestriction({ name, table }: SchemaObject): Finding {
  return {
    ...{ hazard: 'breaks_clients', weight: 'fails', remedy },
    ...(table === undefined ? {} : { table }),
    evidence: `Policy ${name} is new and restrictive: its roles see no rows but those that it allows as well.`,
  }
}

function gonePermission({ name, table }: SchemaObject): Finding {
  return {
    ...{ hazard: 'breaks_clients', weight: 'fails', remedy },
    ...(table === undefined ? {} : { table }),
    evidence: `Policy ${name} is gone, and row security is still on: its roles see no more what only it let through.`,
  }
}
