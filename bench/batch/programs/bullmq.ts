/** BullMQ: makes slices, or works on them. */
import { answer } from '../helpers/answer.ts'
import type { Range } from '../work.ts'
import { loadPeer, makeInChunks, raiser } from './peers.ts'

interface Queue {
  obliterate(options: { readonly force: boolean }): Promise<void>
  addBulk(
    some: readonly { readonly name: string; readonly data: Range; readonly opts: object }[],
  ): Promise<unknown>
}

interface BullMq {
  readonly Queue: new (name: string, options: object) => Queue
  readonly Worker: new (
    name: string,
    handle: (one: { readonly data: Range }) => Promise<void>,
    options: object,
  ) => { waitUntilReady(): Promise<unknown>; on(event: 'error', hear: (error: Error) => void): void }
}

interface Place {
  readonly url: string
  readonly port: number
}

const { Queue, Worker } = await loadPeer<BullMq>('bullmq')
const name = 'raise'
let queue: Queue

const connectionTo = (port: number) => ({ host: '127.0.0.1', port, maxRetriesPerRequest: null })

answer({
  async prepare({ port }: Place) {
    queue = new Queue(name, { connection: connectionTo(port) })
    await queue.obliterate({ force: true })
  },
  make: (slices: readonly Range[]) =>
    makeInChunks(slices, (some) =>
      queue.addBulk(some.map((data) => ({ name, data, opts: { removeOnComplete: true } }))),
    ),
  async connect({ url, port }: Place) {
    const raise = await raiser(url)
    const worker = new Worker(name, ({ data }) => raise(data), {
      connection: connectionTo(port),
      concurrency: 1,
    })
    worker.on('error', console.error)
    await worker.waitUntilReady()
  },
  work: () => {}, // it was told by Redis
})
