import { once } from 'node:events'
import pg from 'pg'
import { openInspector } from '../../../src/databases/postgres/inspect/open-inspector.ts'
import type { Postgres } from '../../support/postgres.ts'

/** A database of its own, a client of it, and an inspector that looks into it. */
export async function openStage(server: Postgres, sql: string) {
  made += 1
  const database = `inspected_${made}`
  await server.query(`create database ${database}`)
  const url = server.url({ database })
  const client = await openClient(url)
  await client.query(sql)
  const inspector = await openInspector(url)
  return {
    url,
    client,
    inspector,
    /** The same URL for another role, who has the same password. */
    urlAs: (role: string) => url.replace('//postgres:', `//${role}:`),
    async [Symbol.asyncDispose]() {
      await inspector[Symbol.asyncDispose]()
      client.end()
      await once(client, 'end')
    },
  }
}

let made = 0

export async function openClient(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  return client
}
