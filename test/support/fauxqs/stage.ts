import { type Fauxqs, startFauxqs } from '../fauxqs.ts'
import { type SqsFaultProxy, startSqsFaultProxy } from '../sqs-fault-proxy.ts'

/** A server with a proxy before it. */
export interface Stage extends AsyncDisposable {
  readonly server: Fauxqs
  readonly proxy: SqsFaultProxy
  /** Makes a queue of a name of its own. */
  makeQueue(ending?: '.fifo'): Promise<{ readonly name: string; readonly url: string }>
}

export async function startStage(options: { readonly durable?: boolean } = {}): Promise<Stage> {
  const server = await startFauxqs(options)
  const proxy = await startSqsFaultProxy(server.url)
  let queues = 0
  return {
    server,
    proxy,
    async makeQueue(ending) {
      queues += 1
      const name = `work-${queues}${ending ?? ''}`
      return { name, url: await server.makeQueue(name) }
    },
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
    },
  }
}
