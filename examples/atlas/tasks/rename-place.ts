import { defineScript } from 'purser'
import { z } from 'zod'
import { withDatabase } from '../database.ts'
import { readSettings } from '../settings.ts'

export default defineScript({
  name: 'rename-place',
  summary: 'Gives one place another name.',
  params: z.object({
    id: z.int().positive().describe("GeoNames' own"),
    name: z.string().trim().min(1),
  }),
  async run({ params: { id, name } }) {
    await withDatabase(readSettings().DATABASE_URL, async (database) => {
      const { rowCount } = await database.query('update places set name = $2 where id = $1', [id, name])
      if (rowCount === 0) throw new Error(`There is no place ${id}.`)
      console.log(`Place ${id} is ${name} from now on.`)
    })
  },
})
