import { defineBatch } from 'purser'
import { z } from 'zod'

const Places = z.array(z.object({ id: z.int(), name: z.string() }))

export default defineBatch({
  name: 'order-signs',
  summary: 'Orders a town sign for every place, once.',
  database: 'main',
  source: { table: 'places', key: 'id' },
  // Small, so that whoever wants one of the same places waits for milliseconds.
  slice: { rows: 100 },
  exclusive: true,
  async process({ rows, tx }) {
    const places = Places.parse(rows)
    await tx.query('insert into signs (place, lettering) select * from unnest($1::int[], $2::text[])', [
      places.map(({ id }) => id),
      places.map(({ name }) => name.toUpperCase()),
    ])
  },
})
