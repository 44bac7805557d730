import { defineCommand } from 'purser'
import { z } from 'zod'

export default defineCommand({
  name: 'country-report',
  summary: 'Counts places and people by country, in awk.',
  params: z.object({ top: z.int().positive().default(10).describe('how many countries') }),
  command: ({ top }) => ['awk', '-v', `top=${top}`, '-f', 'ops/country-report.awk', 'var/places.tsv'],
})
