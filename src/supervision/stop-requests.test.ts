import { afterEach, expect, it } from 'vitest'
import type { Order } from './order.ts'
import { StopRequests } from './stop-requests.ts'

afterEach(() => {
  process.removeAllListeners('SIGTERM')
})

const order: Order = {
  attempt: 'r.1',
  folder: '/nowhere',
  output: 'split',
  timeoutMs: 1,
  graceMs: 1,
  quotaBytes: 1_000_000,
  secrets: [],
}

async function timedOut(ask: boolean, kill: boolean) {
  const stopping = new StopRequests()
  const told: string[] = []
  const { promise: killed, resolve: kills } = Promise.withResolvers<void>()
  const tell = (word: string, reached: boolean) => async () => {
    told.push(word)
    if (word === 'kill') kills()
    return reached
  }
  stopping.obey(order, { ask: tell('ask', ask), kill: tell('kill', kill) })
  stopping.limit(order)
  await killed
  return { told, end: await stopping.end() }
}

it('a time that is up is the outcome where the task was told so', async () => {
  expect(await timedOut(true, false)).toEqual({
    told: ['ask', 'kill'],
    end: { end: 'timed-out', afterMs: 1 },
  })
  expect((await timedOut(false, true)).end).toEqual({ end: 'timed-out', afterMs: 1 })
})

it('a task that nobody could tell in time has ended by itself', async () => {
  expect((await timedOut(false, false)).end).toBeUndefined()
})
