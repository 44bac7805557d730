import { withDatabase } from '../database.ts'
import type { Stack } from '../dev/stack.ts'
import { readWorld } from '../world.ts'
import { expect } from './expect.ts'

/** What all of it has done to Atlas, as the app and its database say. */
export async function checkOutcome({ address, databaseUrl }: Stack): Promise<string> {
  const places = (await readWorld({})).length
  const { rows } = await withDatabase(databaseUrl, (database) =>
    database.query('select count(*)::integer as all, count(search)::integer as found from places'),
  )
  expect(rows[0].all === places, `The database has all ${places} places; it has ${rows[0].all}.`)
  expect(rows[0].found === places, `The search finds all ${places} places; it finds ${rows[0].found}.`)
  const response = await fetch(`${address}/search?q=zuri`)
  const found = (await response.json()) as { name: string }[]
  expect(found[0]?.name === 'Zürich', 'The app finds Zürich when it is asked for "zuri".')
  return `${places.toLocaleString('en')} places loaded, and Atlas finds ${found[0]?.name} by "zuri".`
}
