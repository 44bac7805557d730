import { PurserError, reasonOf } from '../../../core/errors.ts'

/** What a role may not read can't be compared. */
export function rightsMissing(table: string, error: unknown): PurserError {
  return new PurserError('INSPECT_RIGHTS_MISSING', {
    message: `All rows of ${table} can't be read: ${reasonOf(error)}.`,
    remedy:
      'Let an owner of the table run `grant select on TABLE to ROLE`; where row security hides rows from the role, let it look as the owner of the table or as a role with BYPASSRLS.',
    cause: error,
  })
}
