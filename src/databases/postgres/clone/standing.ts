import { PurserError } from '../../../core/errors.ts'
import type { ClonePlace, Standing } from '../../clone.ts'
import { connect } from '../connect.ts'
import { fingerprintSchema } from '../fingerprint/fingerprint.ts'
import type { FingerprintScope } from '../fingerprint/scope.ts'
import { readIdentity } from '../identity/identity.ts'
import { productionMissing } from './errors.ts'

/** Which database production is, and its schema, in one transaction that only reads. */
export async function standingOf(
  { production }: Pick<ClonePlace, 'production'>,
  scope: FingerprintScope,
): Promise<Standing> {
  if (production === undefined) throw productionMissing()
  const client = await connect(production.url, production.dial, { answerWithinMs: 0, name: 'purser gate' })
  try {
    await client.query('begin isolation level repeatable read, read only')
    const { marker, system, address, databaseOid, database } = await readIdentity(client)
    if (marker !== undefined) throw isClone(marker)
    const { digest } = await fingerprintSchema(client, scope)
    // when its server was started is left out: production may be restarted
    const identity = JSON.stringify([system ?? null, address, databaseOid, database])
    return { schema: digest, identity }
  } finally {
    await client.end().catch(() => {})
  }
}

function isClone(name: string): PurserError {
  return new PurserError('PRODUCTION_IS_CLONE', {
    message: `The database that the app uses is ${name}, which Purser has made for rehearsals.`,
    remedy: "Give the app its own database's URL again. Nothing was started.",
  })
}
