import { type Address, libpqVariables } from '../addresses.ts'
import type { GoldenPlan } from '../golden-plan.ts'
import { quoteName, quoteText } from '../names.ts'
import { countLargeObjects, countTables, tablesByOid } from './count-tables.ts'
import { dump, readContents, readingOptions } from './dump.ts'
import { makeDumpFolder } from './dump-folder.ts'
import type { Origin } from './origin.ts'
import type { CopyPrograms } from './programs.ts'
import { restore } from './restore.ts'
import { openTunnel } from './tunnel.ts'

/** Dumps production and restores it into an empty database of the clone server. Throws `CLONE_COPY_FAILED`. */
export async function copyInto(
  plan: GoldenPlan,
  database: string,
  programs: CopyPrograms,
): Promise<Pick<Origin, 'rows' | 'notes'>> {
  const { source, server, options, folder: parent, say, signal } = plan
  const { connections } = options
  await using made = await makeDumpFolder(parent, database)
  const { folder } = made
  say(`Dumping production with ${connections} connections, by pg_dump ${programs.major}.`)
  const tables = await tablesByOid(source.client)
  const largeObjects = await countLargeObjects(source.client)
  await dumpSource(plan, programs, folder)
  const contents = await readContents(programs, folder, signal)
  await makeExtensions(plan, database)
  say('Restoring the dump into a golden copy.')
  const variables = libpqVariables(server.url, server.client, ['-c statement_timeout=0'])
  const complaints = await restore({ programs, variables, folder, contents, database, connections, signal })
  const client = await server.open(database)
  try {
    const rows = [...(await countTables(client, tables, contents.rowFiles))]
    rows.push({ table: 'large objects', dumped: largeObjects, here: await countLargeObjects(client) })
    const empty = source.isReplica ? ['Unlogged tables are empty: a replica does not have their rows.'] : []
    return {
      rows,
      notes: [...empty, ...contents.leftOut, ...complaints.map((line) => `pg_restore: ${line}`)],
    }
  } finally {
    await client.end().catch(() => {})
  }
}

async function dumpSource(plan: GoldenPlan, programs: CopyPrograms, folder: string): Promise<void> {
  const { source, options, signal } = plan
  const { url, client, dial } = source
  const snapshot = await source.exportSnapshot()
  const address: Address = { host: client.host, port: client.port }
  await using tunnel = dial === undefined ? undefined : await openTunnel(dial, address)
  const variables = libpqVariables(url, client, readingOptions, tunnel)
  await dump({
    programs,
    variables,
    snapshot,
    folder,
    connections: options.connections,
    isReplica: source.isReplica,
    signal,
  })
}

/** Of a version that is not the server's default: a dump names none. */
async function makeExtensions({ source, server }: GoldenPlan, database: string): Promise<void> {
  const client = await server.open(database)
  try {
    for (const [name, { version, schema }] of source.facts.extensions) {
      const other = await client.query(
        'select from pg_available_extensions where name = $1 and default_version <> $2',
        [name, version],
      )
      if (other.rows.length === 0 || name === 'plpgsql') continue
      await client.query(`create schema if not exists ${schema}`)
      await client.query(
        `create extension if not exists ${quoteName(name)} with schema ${schema} version ${quoteText(version)}`,
      )
    }
  } finally {
    await client.end().catch(() => {})
  }
}
