import type { StatementFailure } from '../../../../wire.ts'
import { fieldsOf } from '../../protocol/server-error.ts'

/** What of an ErrorResponse quotes no data. */
export function failureOf(bytes: Buffer): StatementFailure {
  const fields = fieldsOf(bytes.subarray(5))
  const [schema, table, column, constraint] = [...'stcn'].map((name) => fields.get(name))
  return {
    sqlState: fields.get('C') ?? '',
    ...(table === undefined ? {} : { table: `${schema ?? ''}.${table}` }),
    ...(column === undefined ? {} : { column }),
    ...(constraint === undefined ? {} : { constraint }),
  }
}
