import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Database } from './database.ts'
import { writeExtract } from './extract.ts'
import { countPlaces, findPlace, nearestPlaces, type Position, searchPlaces } from './places.ts'

export interface Answer {
  readonly status: number
  readonly body: unknown
}

export interface Atlas {
  readonly database: Database
  readonly token: string
  /** Where the extract goes. */
  readonly extract: string
}

/** Answers one request. */
export async function answer(atlas: Atlas, request: IncomingMessage): Promise<Answer> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://atlas')
  if (request.method === 'POST' && pathname === '/extract') return await extract(atlas, request)
  if (request.method !== 'GET') return refuse(405, `Atlas does not know ${request.method} ${pathname}.`)
  if (pathname === '/healthz') return await health(atlas)
  if (pathname === '/places') return await near(atlas, searchParams.get('near'))
  if (pathname === '/search') return await search(atlas, searchParams.get('q'))
  const id = /^\/places\/(\d{1,9})$/.exec(pathname)?.[1]
  if (id !== undefined) return await place(atlas, Number(id))
  return refuse(404, `There is nothing at ${pathname}.`)
}

async function health({ database }: Atlas): Promise<Answer> {
  return { status: 200, body: { status: 'ok', places: await countPlaces(database) } }
}

async function place({ database }: Atlas, id: number): Promise<Answer> {
  const found = await findPlace(database, id)
  return found === undefined ? refuse(404, `There is no place ${id}.`) : { status: 200, body: found }
}

async function near({ database }: Atlas, value: string | null): Promise<Answer> {
  const position = parsePosition(value)
  if (position === undefined) return refuse(400, 'Say near which place: ?near=47.37,8.54')
  return { status: 200, body: await nearestPlaces(database, position) }
}

function parsePosition(value: string | null): Position | undefined {
  const [latitude = Number.NaN, longitude = Number.NaN, ...rest] = (value || 'none').split(',').map(Number)
  const onEarth = Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180
  return onEarth && rest.length === 0 ? { latitude, longitude } : undefined
}

async function search({ database }: Atlas, typed: string | null): Promise<Answer> {
  if (!typed) return refuse(400, 'Say what you look for: ?q=zurich')
  try {
    return { status: 200, body: await searchPlaces(database, typed) }
  } catch (error) {
    if (!isUndefinedColumn(error)) throw error
    return refuse(503, 'There is no search yet: run the tasks migrate and reindex-search.')
  }
}

function isUndefinedColumn(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '42703'
}

async function extract({ database, token, extract }: Atlas, request: IncomingMessage): Promise<Answer> {
  if (!bears(request, token)) return refuse(401, 'Only whoever has the API token may ask for an extract.')
  return { status: 200, body: { places: await writeExtract(database, extract) } }
}

function bears(request: IncomingMessage, token: string): boolean {
  const shown = Buffer.from(request.headers.authorization ?? '')
  const expected = Buffer.from(`Bearer ${token}`)
  return shown.length === expected.length && timingSafeEqual(shown, expected)
}

function refuse(status: number, problem: string): Answer {
  return { status, body: { problem } }
}
