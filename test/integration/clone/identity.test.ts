import pg from 'pg'
import { expect, it } from 'vitest'
import {
  isSameDatabase,
  isSameServer,
  readIdentity,
} from '../../../src/databases/postgres/identity/identity.ts'
import { startPostgres } from '../../support/postgres.ts'
import { startPhysicalCopy } from './physical-copy.ts'
import { openStage, programsWithDump } from './stage.ts'

async function identityAt(url: string) {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  try {
    return await readIdentity(client)
  } finally {
    await client.end()
  }
}

it('is of one server by several addresses, and tells its databases apart', async () => {
  await using server = await startPostgres('p')
  await server.query('create database other')
  const here = await identityAt(server.url())
  const byName = await identityAt(server.url().replace('127.0.0.1', 'localhost'))
  const other = await identityAt(server.url({ database: 'other' }))
  expect(here.system).toMatch(/^\d+$/)
  expect([isSameServer(here, byName), isSameDatabase(here, byName)]).toEqual([true, true])
  expect([isSameServer(here, other), isSameDatabase(here, other)]).toEqual([true, false])
})

it('is known without the right to ask for the system identifier', async () => {
  await using server = await startPostgres('p')
  await server.query(
    `create role plain login password 'p'; revoke execute on function pg_control_system() from public`,
  )
  const plain = await identityAt(server.url().replace('postgres:p@', 'plain:p@'))
  expect(plain.system).toBeUndefined()
  expect(isSameDatabase(plain, await identityAt(server.url()))).toBe(true)
})

it('does not take a physical copy of production for production', async () => {
  const programs = await programsWithDump()
  await using server = await startPostgres('p', { programs })
  await using copy = await startPhysicalCopy(server.port, 'p', programs.postgres)
  const original = await identityAt(server.url())
  const copied = await identityAt(server.url().replace(String(server.port), String(copy.port)))
  expect(copied).toMatchObject({ system: original.system, databaseOid: original.databaseOid })
  expect([isSameServer(original, copied), isSameDatabase(original, copied)]).toEqual([false, false])
})

it('has the name of the clone that it is', async () => {
  await using stage = await openStage()
  const shop = await stage.makeDatabase()
  await using clone = await shop.clone()
  expect((await identityAt(clone.url)).marker).toBe(clone.name)
  expect((await identityAt(shop.url)).marker).toBeUndefined()
})
