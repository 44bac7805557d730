import type { ClientStatement } from '../../src/databases/inspector.ts'
import { openInspector } from '../../src/databases/postgres/inspect/open-inspector.ts'
import { openWire } from '../../src/databases/postgres/wire/open-wire.ts'
import type { Evidence } from '../../src/migrations/rehearsal/evidence.ts'
import { defaultPolicy } from '../../src/migrations/rehearsal/policy.ts'
import { rehearse } from '../../src/migrations/rehearsal/rehearse.ts'
import { judge, type Verdict } from '../../src/migrations/rehearsal/verdict.ts'
import { queryAt } from '../integration/clone/stage.ts'
import type { Postgres } from '../support/postgres.ts'
import type { Entry } from './entries.ts'
import { psql } from './psql.ts'
import { templateCloner } from './template-cloner.ts'

export interface Rehearsed {
  readonly evidence: Evidence
  readonly verdict: Verdict
  /** What psql has said, run by run. */
  readonly said: readonly string[]
}

let made = 0

/** Makes an entry's production on a server of its own, rehearses its migration under the strict policy, and judges. */
export async function rehearseEntry(
  server: Postgres,
  entry: Entry,
  countsStatements: boolean,
): Promise<Rehearsed> {
  made += 1
  const name = `production_${made}`
  await server.query(`create database ${name}`)
  try {
    const url = server.url({ database: name })
    await queryAt(url, entry.setupSql)
    const clients = await clientsOf(entry, url, countsStatements)
    using tool = psql(entry)
    const { evidence } = await rehearse(
      {
        cloner: templateCloner(server, name),
        database: { inspect: (at) => openInspector(at), wire: (at, options) => openWire(at, options) },
        ...{
          madeBy: 'a test',
          migrate: tool.migrate,
          historyTables: [],
          say: () => {},
          signal: AbortSignal.timeout(150_000),
        },
      },
      { off: new Set(), clients },
    )
    return {
      evidence,
      verdict: judge(evidence, { ...defaultPolicy, mode: 'strict' }, new Date()),
      said: tool.said,
    }
  } finally {
    await server.query(`drop database ${name} with (force)`)
  }
}

/** What the running release sends, as the server's own statistics tell it where it keeps them. */
async function clientsOf(
  { appSql, appRole }: Entry,
  url: string,
  countsStatements: boolean,
): Promise<readonly ClientStatement[]> {
  if (appSql === undefined) return []
  if (!countsStatements)
    return [{ text: appSql, calls: 1, ...(appRole === undefined ? {} : { role: appRole }) }]
  await queryAt(url, 'create extension pg_stat_statements')
  await queryAt(url, 'select pg_stat_statements_reset()')
  // it changes nothing: production is as the entry says
  const role = appRole === undefined ? '' : `set local role ${appRole};`
  await queryAt(url, `begin; ${role} ${appSql}; rollback`)
  await using inspector = await openInspector(url)
  const sent = await inspector.clientStatements(100)
  if ('grant' in sent) throw new Error(`${sent.what} ${sent.grant}`)
  return sent
}
