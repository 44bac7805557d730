import { defineScript } from 'purser'
import { z } from 'zod'
import { type Database, withDatabase } from '../database.ts'
import type { Place } from '../places.ts'
import { readSettings, type Settings } from '../settings.ts'
import { readWorld } from '../world.ts'

const batch = 5_000
const CountryCode = z.string().regex(/^[A-Z]{2}$/, 'expected two capital letters, such as CH')

export default defineScript({
  name: 'load-places',
  summary: 'Loads the places of the world, and corrects those that have changed.',
  params: z.object({
    country: z.array(CountryCode).min(1).optional().describe('only the places of these, such as CH,LI'),
    limit: z.int().positive().optional().describe('at most so many places'),
  }),
  exclusive: true,
  async run({ params, progress, signal }) {
    const settings = readSettings()
    console.log(`Loading places into ${settings.DATABASE_URL}`)
    const places = await readWorld({ countries: params.country, limit: params.limit })
    let changed = 0
    await withDatabase(settings.DATABASE_URL, async (database) => {
      for (let done = 0; done < places.length && !signal.aborted; done += batch) {
        changed += await store(database, places.slice(done, done + batch))
        progress(Math.min(done + batch, places.length), places.length, 'places')
      }
    })
    console.log(
      `${changed.toLocaleString('en')} of ${places.length.toLocaleString('en')} places were new or changed.`,
    )
    if (!signal.aborted) await renewExtract(settings)
  },
})

/** Returns how many were new or had changed. */
async function store(database: Database, places: readonly Place[]): Promise<number> {
  const { rowCount } = await database.query(
    `insert into places (id, name, country, population, latitude, longitude)
     select * from unnest($1::int[], $2::text[], $3::text[], $4::int[], $5::float8[], $6::float8[])
     on conflict (id) do update
       set (name, country, population, latitude, longitude) =
           (excluded.name, excluded.country, excluded.population, excluded.latitude, excluded.longitude)
       where (places.name, places.country, places.population, places.latitude, places.longitude) is distinct from
             (excluded.name, excluded.country, excluded.population, excluded.latitude, excluded.longitude)`,
    [
      places.map(({ id }) => id),
      places.map(({ name }) => name),
      places.map(({ country }) => country),
      places.map(({ population }) => population),
      places.map(({ latitude }) => latitude),
      places.map(({ longitude }) => longitude),
    ],
  )
  return rowCount ?? 0
}

/** Asks the app, with the app's own token, for a new extract: the report reads that. */
async function renewExtract({ PORT, ATLAS_API_TOKEN }: Settings): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${PORT}/extract`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ATLAS_API_TOKEN}` },
  })
  if (!response.ok) throw new Error(`Atlas made no extract: ${response.status} ${await response.text()}`)
  console.log('Atlas has made a new extract, var/places.tsv.')
}
