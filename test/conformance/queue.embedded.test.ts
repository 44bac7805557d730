import { startPostgres } from '../support/postgres.ts'
import { describeQueue } from './queue.ts'
import { makeEmbeddedTables, openEmbedded, planSlices, sweepLeases } from './queue-embedded.ts'

describeQueue(
  'the embedded queue',
  async () => {
    const postgres = await startPostgres('hidden')
    const url = postgres.url()
    await makeEmbeddedTables(url)
    const sweeper = sweepLeases(url)
    const options = (name: string) => ({ url, settings: { name } })
    return {
      open: async (name, report = () => {}) => {
        await planSlices(url, name, [])
        return openEmbedded({ ...options(name), report })
      },
      recipe: (name) => ({
        module: new URL('./queue-embedded.ts', import.meta.url).href,
        open: openEmbedded.name,
        options: options(name),
      }),
      sendForeign: async () => {
        throw new TypeError('Nobody else can put anything into it.')
      },
      [Symbol.asyncDispose]: async () => {
        await sweeper[Symbol.asyncDispose]()
        await postgres[Symbol.asyncDispose]()
      },
    }
  },
  {
    many: 1_000,
    lacks: {
      'foreign messages': "the slice ledger holds purser's own slices only",
      duplicates: 'a slice is in the ledger once',
      'early return': 'the ledger keeps the time, whoever dies',
    },
  },
)
