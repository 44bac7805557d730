/** A process that takes one delivery, says so, and holds it until it is killed. */
import type { Queue, QueueOptions } from '../../src/queues/queue.ts'

interface Recipe {
  readonly module: string
  readonly open: string
  readonly options: Pick<QueueOptions, 'url' | 'settings'>
}

const { module, open, options } = JSON.parse(process.argv[2] ?? '') as Recipe
const opened: Record<string, (options: QueueOptions) => Promise<Queue>> = await import(module)
const queue = await opened[open]?.({ ...options, report: (sentence) => console.error(sentence) })
const delivery = await queue?.receive({ leaseMs: 2_000, waitMs: 20_000 })
console.log(JSON.stringify(delivery?.hint ?? null))
setInterval(() => {}, 60_000)
