/** graphile-worker: makes slices, or works on them. */
import pg from 'pg'
import { now } from '../clock.ts'
import { answer } from '../helpers/answer.ts'
import type { Range } from '../work.ts'
import { loadPeer, makeInChunks, raiser } from './peers.ts'

interface Utils {
  migrate(): Promise<void>
  addJob(identifier: string, payload: Range): Promise<unknown>
  addJobs(specs: readonly { readonly identifier: string; readonly payload: Range }[]): Promise<unknown>
}

interface Place {
  readonly url: string
  readonly options: object
}

interface GraphileWorker {
  makeWorkerUtils(options: object): Promise<Utils>
  run(options: object): Promise<unknown>
  readonly Logger: new (factory: () => () => void) => object
}

const { makeWorkerUtils, run, Logger } = await loadPeer<GraphileWorker>('graphile-worker')
const logger = new Logger(() => () => {})
const identifier = 'raise'
let utils: Utils

answer({
  async prepare({ url }: Place) {
    utils = await makeWorkerUtils({ connectionString: url, logger })
    await utils.migrate()
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    await client.query('truncate graphile_worker._private_jobs')
    await client.end()
  },
  make: (slices: readonly Range[]) =>
    makeInChunks(slices, (some) => utils.addJobs(some.map((payload) => ({ identifier, payload })))),
  async makeOne(slice: Range) {
    await utils.addJob(identifier, slice)
    return now()
  },
  async connect({ url, options }: Place) {
    const raise = await raiser(url)
    await run({
      preset: { worker: { connectionString: url, concurrentJobs: 1, ...options } },
      logger,
      noHandleSignals: true,
      taskList: { [identifier]: raise },
    })
  },
  work: () => {}, // it was told by the database
})
