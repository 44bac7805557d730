import { open, rename } from 'node:fs/promises'
import type { Database } from './database.ts'

const chunk = 10_000

/** Writes every place into a file for other programs: country, its name, population and name, with tabs between. */
export async function writeExtract(database: Database, path: string): Promise<number> {
  const unfinished = `${path}.part`
  const places = await writePlaces(database, unfinished)
  await rename(unfinished, path)
  return places
}

async function writePlaces(database: Database, path: string): Promise<number> {
  await using file = await open(path, 'w')
  const countries = new Intl.DisplayNames(['en'], { type: 'region' })
  let written = 0
  for await (const rows of everyPlace(database)) {
    const lines = rows.map(({ country, population, name }) =>
      [country, countries.of(country), population, name].join('\t'),
    )
    await file.write(`${lines.join('\n')}\n`)
    written += rows.length
  }
  return written
}

async function* everyPlace(database: Database) {
  let last = 0
  while (true) {
    const { rows } = await database.query<{ id: number; country: string; population: number; name: string }>(
      'select id, country, population, name from places where id > $1 order by id limit $2',
      [last, chunk],
    )
    if (rows.length === 0) return
    yield rows
    last = rows.at(-1)?.id ?? last
  }
}
