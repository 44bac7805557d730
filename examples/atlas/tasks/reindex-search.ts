import { defineScript } from 'purser'
import { type Database, withDatabase } from '../database.ts'
import { countPlaces } from '../places.ts'
import { readSettings } from '../settings.ts'
import { asTyped } from '../spelling.ts'

// Small, so that whoever wants to change the same rows waits for milliseconds.
const chunk = 100
const sample = 10_000

interface Named {
  readonly id: number
  readonly name: string
}

export default defineScript({
  name: 'reindex-search',
  summary: 'Spells every name as people type it, so that "zurich" finds Zürich.',
  exclusive: true,
  async run({ progress, signal }) {
    await withDatabase(readSettings().DATABASE_URL, async (database) => {
      const total = await countPlaces(database)
      let done = 0
      let corrected = 0
      for await (const places of everyName(database)) {
        if (signal.aborted) return console.log(`Stopped after ${figure(done)} places; the next run goes on.`)
        corrected += await spell(database, places)
        done += places.length
        progress(done, total, 'places')
        if (done % sample === 0) console.log(`${figure(done)} places: ${example(places)}`)
      }
      console.log(`${figure(total)} places can be found, ${figure(corrected)} of them since this run.`)
    })
  },
})

async function* everyName(database: Database): AsyncGenerator<Named[]> {
  let last = 0
  while (true) {
    const { rows } = await database.query<Named>(
      'select id, name from places where id > $1 order by id limit $2',
      [last, chunk],
    )
    if (rows.length === 0) return
    yield rows
    last = rows.at(-1)?.id ?? last
  }
}

/** Each chunk is a transaction of its own: what is done stays done when the run is stopped. */
async function spell(database: Database, places: readonly Named[]): Promise<number> {
  const { rowCount } = await database.query(
    `update places set search = spelt.search
     from unnest($1::int[], $2::text[]) as spelt (id, search)
     where places.id = spelt.id and places.search is distinct from spelt.search`,
    [places.map(({ id }) => id), places.map(({ name }) => asTyped(name))],
  )
  return rowCount ?? 0
}

/** One of these whose spelling differs, if there is one. */
function example(places: readonly Named[]): string {
  const differs = places.find(({ name }) => asTyped(name) !== name.toLowerCase())
  const name = (differs ?? places[0])?.name ?? ''
  return `${name} is found as "${asTyped(name)}"`
}

function figure(n: number): string {
  return n.toLocaleString('en')
}
