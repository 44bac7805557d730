import type { Dial } from '../../database.ts'
import type { Inspector } from '../../inspector.ts'
import { readActivity } from './activity/activity.ts'
import { addRows } from './add-rows.ts'
import { takeBrake } from './brake.ts'
import { openClients } from './clients/open-clients.ts'
import { sentStatements } from './clients/sent-statements.ts'
import { countDistinct } from './content/distinct.ts'
import { readContent } from './content/read-content.ts'
import { startCrowd } from './crowd.ts'
import { lockForMigrator } from './migrator-lock.ts'
import { startProbes } from './probes/start-probes.ts'
import { readSchema } from './schema/snapshot.ts'
import { end, Sessions } from './sessions.ts'
import { readUsage } from './usage.ts'
import { readWritten } from './written.ts'

/** Looks into the database of this URL, on sessions of its own. Throws `DATABASE_UNREACHABLE`. */
export async function openInspector(url: string, dial?: Dial): Promise<Inspector> {
  const sessions = new Sessions(url, dial)
  await sessions.with(async () => {})
  return {
    schema: () => sessions.with(readSchema),
    content: (tables) => sessions.with((client) => readContent(client, tables)),
    distinct: (columns) => sessions.with((client) => countDistinct(client, columns)),
    clientStatements: (limit) => sessions.with((client) => sentStatements(client, limit)),
    prepare: (statements) => openClients(sessions, statements),
    probe: (tables) => startProbes(sessions, tables),
    crowd: (pairs) => startCrowd(sessions, pairs),
    brake: () => takeBrake(sessions),
    addRows: (rows) => sessions.with((client) => addRows(client, rows)),
    usage: () => sessions.with(readUsage),
    written: () => sessions.with(readWritten),
    activity: () => sessions.with((client) => readActivity(client, sessions.processes)),
    query: (sql) => queryPlain(sessions, sql),
    lockForMigrator: (holder) => lockForMigrator(sessions, holder),
    [Symbol.asyncDispose]: () => sessions[Symbol.asyncDispose](),
  }
}

/** As the role and the database have set the session: a name without a schema is what a tool finds by it. */
async function queryPlain(sessions: Sessions, sql: string) {
  const client = await sessions.openPlain()
  try {
    return (await client.query(sql)).rows
  } finally {
    await end(client)
  }
}
