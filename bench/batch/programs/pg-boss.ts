/** pg-boss: makes slices, or works on them. */
import { answer } from '../helpers/answer.ts'
import type { Range } from '../work.ts'
import { loadPeer, makeInChunks, raiser } from './peers.ts'

interface Boss {
  on(event: 'error', hear: (error: Error) => void): void
  start(): Promise<unknown>
  createQueue(name: string): Promise<void>
  deleteAllJobs(name: string): Promise<unknown>
  insert(name: string, jobs: readonly { readonly data: Range }[]): Promise<unknown>
  work(
    name: string,
    options: object,
    handle: (some: readonly { readonly data: Range }[]) => Promise<void>,
  ): Promise<unknown>
}

interface Place {
  readonly url: string
  readonly options: object
}

const { PgBoss } = await loadPeer<{ PgBoss: new (options: object) => Boss }>('pg-boss')
const name = 'raise'
let boss: Boss
let work: () => Promise<unknown>

async function open(url: string): Promise<void> {
  boss = new PgBoss({ connectionString: url, supervise: false, schedule: false })
  boss.on('error', console.error)
  await boss.start()
}

answer({
  async prepare({ url }: Place) {
    await open(url)
    await boss.createQueue(name)
    await boss.deleteAllJobs(name)
  },
  make: (slices: readonly Range[]) =>
    makeInChunks(slices, (some) =>
      boss.insert(
        name,
        some.map((data) => ({ data })),
      ),
    ),
  async connect({ url, options }: Place) {
    await open(url)
    const raise = await raiser(url)
    work = () =>
      boss.work(name, options, async (some) => {
        for (const { data } of some) await raise(data)
      })
  },
  work: () => work(),
})
