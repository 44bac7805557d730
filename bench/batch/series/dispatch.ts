import { setTimeout as sleep } from 'node:timers/promises'
import { definitionDigest } from '../../../src/release-side/batch/definition-digest.ts'
import type { Stage } from '../contenders/contender.ts'
import { file, onRecord, workerOrder } from '../contenders/purser.ts'
import { whenDone } from '../helpers/counted.ts'
import { Helper } from '../helpers/helper.ts'
import { percentile } from '../percentile.ts'

/** How long a slice that was just made waits for an idle worker, and is worked on, in milliseconds. */
export interface Dispatch {
  readonly name: string
  readonly medianMs: number
  readonly p95Ms: number
  readonly all: readonly number[]
  /** Rows that were not done exactly once. */
  readonly wrong: number
}

/** Somebody who makes slices of one row each, and a worker. */
interface Way {
  readonly name: string
  readonly maker: Helper
  readonly worker: Helper
  /** Its rows come after this one. */
  readonly after: number
  readonly took: number[]
}

const counted = 50
const discarded = 5
const each = counted + discarded

/**
 * One slice at a time to a worker that has nothing to do, the two sides by turns: from the moment at which it is made,
 * committed, to the moment at which its effect is.
 */
export async function measureDispatch(stage: Stage): Promise<readonly Dispatch[]> {
  const { url } = stage.services.postgres
  await using stack = new AsyncDisposableStack()
  const start = async (program: string) => stack.use(await Helper.start(program))
  const ways = [await purserWay(start, url), await graphileWay(start, url)]
  for (let n = 0; n < each; n += 1) {
    for (const { maker, worker, after, took } of ways) {
      await sleep(idleMs) // nothing has just been done: the worker waits
      const done = whenDone([worker], n + 1)
      const made = await maker.ask<number>('makeOne', { after: after + n, upTo: after + n + 1 })
      took.push((await done) - made)
    }
  }
  const wrong = await stage.table.check({ rows: each * ways.length, sliceRows: 1 })
  return ways.map(({ name, took }) => {
    const all = took.slice(discarded)
    return { name, medianMs: percentile(all, 0.5), p95Ms: percentile(all, 0.95), all, wrong }
  })
}

type Start = (program: string) => Promise<Helper>

async function purserWay(start: Start, url: string): Promise<Way> {
  const [maker, worker] = [await start('purser-idle-lead'), await start('purser-idle-worker')]
  const run = `bench-${Date.now()}`
  await maker.ask('prepare', { url, run })
  const begun = new Promise<void>((resolve) => worker.onWord(({ says }) => says === 'begun' && resolve()))
  const definition = await definitionDigest(file)
  worker.send(workerOrder({ run, name: 'idle', definition, url }))
  worker.send(onRecord)
  await begun
  return { name: 'Purser embedded', maker, worker, after: 0, took: [] }
}

async function graphileWay(start: Start, url: string): Promise<Way> {
  const [maker, worker] = [await start('graphile-worker'), await start('graphile-worker')]
  const place = { url, options: {} }
  await maker.ask('prepare', place)
  await worker.ask('connect', place)
  return { name: 'graphile-worker, default', maker, worker, after: each, took: [] }
}

const idleMs = 120
