import { defineScript } from 'purser'
import { z } from 'zod'
import { openDatabase } from '../database.ts'
import { cancelUnpaid } from '../orders.ts'

export default defineScript({
  name: 'cancel-unpaid-orders',
  summary: 'Cancels orders that were never paid.',
  params: z.object({
    days: z.int().min(7).describe('unpaid for so many days'),
    limit: z.int().positive().default(1_000).describe('at most so many'),
  }),
  exclusive: true,
  async run({ params }) {
    const database = openDatabase()
    const cancelled = await cancelUnpaid(database, params.days, params.limit)
    console.log(`${cancelled} orders, unpaid for ${params.days} days, are cancelled.`)
  },
})
