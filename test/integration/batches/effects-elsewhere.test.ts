import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { allPrograms } from '../../support/postgres.ts'
import { drive } from './drive.ts'
import { incrementRows, places, withPlaces } from './places.ts'

const rowCount = 60

/** Somebody else's service: it takes every request, cuts half of the connections after that, and knows keys again. */
interface Service {
  readonly url: string
  readonly effects: Map<string, number>
  requests: number
  readonly server: Server
}

async function startService(): Promise<Service> {
  const effects = new Map<string, number>()
  const server = createServer((request, response) => {
    const key = String(request.headers['idempotency-key'])
    effects.set(key, (effects.get(key) ?? 0) + 1)
    service.requests += 1
    if (service.requests % 2 === 1) request.socket.destroy()
    else response.end('taken')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const service: Service = { url: `http://127.0.0.1:${port}`, effects, requests: 0, server }
  return service
}

describe.each(await allPrograms())('PostgreSQL $version: effects elsewhere', (programs) => {
  const world = withPlaces(programs)
  let service: Service
  beforeAll(async () => {
    service = await startService()
  })
  afterAll(() => void service.server.close())

  it('[27] happen at least once, under one key for each row, whatever was cut, tried again or halved', async () => {
    await world.fill(rowCount)
    service.effects.clear()
    const { end } = await drive({
      ...{ url: world.database.url, source: places, rows: 8, limits: { tries: 2 } },
      process: async (context) => {
        for (const row of context.rows) {
          const headers = { 'idempotency-key': context.idempotencyKey(row), connection: 'close' }
          // what the service has taken is not asked of it again, as a service does that knows the key
          if (!service.effects.has(headers['idempotency-key'])) await fetch(service.url, { headers })
        }
        await incrementRows(context)
      },
    })
    expect(end).toMatchObject({ state: 'finished', tally: { rows: rowCount, buried: 0 } })
    expect(service.effects.size).toBe(rowCount)
    expect([...service.effects.values()].every((times) => times >= 1)).toBe(true)
    expect(await world.applied()).toEqual([[1, rowCount]])
  })

  it('[17] of a replay come under the keys that they had, and a replay asked for twice is one', async () => {
    await world.fill(20)
    const keys = new Map<string, string[]>()
    let isMended = false
    const work = {
      ...{ url: world.database.url, source: places, rows: 5, limits: { tries: 1 } },
      process: async (context: Parameters<typeof incrementRows>[0]) => {
        for (const row of context.rows) {
          const id = String(row.id)
          keys.set(id, [...(keys.get(id) ?? []), context.idempotencyKey(row)])
        }
        if (!isMended && context.rows.some(({ id }) => Number(id) === 13)) throw new Error('13 is bad')
        await incrementRows(context)
      },
    }
    expect((await drive(work)).end).toMatchObject({ tally: { rows: 19, buried: 1 } })
    isMended = true
    const { desk } = world.database
    expect(await Promise.all([desk.replay('batch-1'), desk.replay('batch-1')])).toEqual(
      expect.arrayContaining([0, 1]),
    )
    expect((await drive(work)).end).toMatchObject({ state: 'finished', tally: { rows: 20, buried: 0 } })
    expect(await world.applied()).toEqual([[1, 20]])
    expect(new Set(keys.get('13')).size).toBe(1)
    expect(new Set([...keys.values()].flat()).size).toBe(20)
  })
})
