import type { Client } from 'pg'
import type { Faithfulness } from '../../../clone.ts'
import { connect } from '../../connect.ts'
import { isSameDatabase, isSameServer, readIdentity } from '../../identity/identity.ts'
import { compare, serverNotes } from '../check/compare.ts'
import { type CloneFacts, readFacts } from '../check/facts.ts'
import { findRoles, userOf } from '../check/roles.ts'
import { maskData, maskedColumns } from '../copy/mask.ts'
import { markClone } from '../copy/origin.ts'
import { serverIsProduction } from '../errors.ts'
import type { PostgresCloneOptions } from '../options.ts'
import type { Source } from '../source.ts'
import { estimateRows, estimatesThatDiffer } from './count-estimates.ts'
import type { CloneRecord } from './records.ts'

/**
 * Looks at what a command has made, then marks and masks it. Nothing is written before it is known not to be production.
 * Throws `CLONE_SERVER_IS_PRODUCTION`.
 */
export async function checkCommandClone(
  url: string,
  record: CloneRecord,
  source: Source,
  options: PostgresCloneOptions,
): Promise<Faithfulness> {
  const client = await connect(url, undefined, { answerWithinMs: 0, name: 'purser clones' })
  try {
    const here = await readIdentity(client)
    const there = source.facts.identity
    const isForbidden = isSameServer(here, there) && !options.allowProductionServer
    if (isSameDatabase(here, there) || isForbidden) throw serverIsProduction(there)
    const faithfulness = await look(client, source, options)
    await markClone(client, record)
    await maskData(client, options.mask)
    return faithfulness
  } finally {
    await client.end().catch(() => {})
  }
}

async function look(client: Client, source: Source, options: PostgresCloneOptions): Promise<Faithfulness> {
  await client.query('begin read only')
  try {
    let facts: CloneFacts | undefined
    const original = source.facts
    const compared = await compare(original, {
      facts: async () => {
        facts = await readFacts(client, { passingPartitions: options.passingPartitions })
        return facts
      },
      settings: async () => {
        if (facts === undefined) throw new TypeError('its catalogs could not be read')
        return facts.settings
      },
      roles: () => findRoles(client, [...original.roles.keys()]),
      user: () => userOf(client),
      origin: async () => ({ rows: [] }),
    })
    const details = estimatesThatDiffer(await estimateRows(source.client), await estimateRows(client))
    const rows = { check: 'rows', result: details.length === 0 ? 'same' : 'differs', details } as const
    const checks = compared.map((one) => (one.check === 'rows' ? rows : one))
    return {
      isFaithful: checks.every(({ result }) => result === 'same'),
      checks,
      masked: maskedColumns(options.mask),
      notes: [
        'Rows were compared by the estimates of both servers, not counted.',
        ...(facts === undefined ? [] : serverNotes(original, facts)),
      ],
    }
  } finally {
    await client.query('rollback')
  }
}
