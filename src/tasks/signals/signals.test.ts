import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import type { SignalContext, ThrottleSignal } from '../throttle.ts'
import {
  activeConnections,
  autovacuum,
  type LatencyOptions,
  latencyOf,
  lockWaits,
  replicaLag,
  signalOf,
  walRate,
} from './index.ts'

type Rows = readonly Readonly<Record<string, unknown>>[]

/** A batch of its own, whose database gives these answers, one after another. */
function batch(...answers: Rows[]): SignalContext {
  return { query: async () => answers.shift() ?? [], signal: new AbortController().signal }
}

async function listening(answer: RequestListener) {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  return {
    url,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

describe('a signal', () => {
  it.each([
    [latencyOf({ query: 'select 1', max: '50ms' }), 'latency', 50, 'ms'],
    [latencyOf({ url: 'https://shop.example/health?token=x', max: '1s' }), 'latency of shop.example', 1, 's'],
    [latencyOf({ query: 'select 1', max: '50ms', name: 'order look-up' }), 'order look-up', 50, 'ms'],
    [replicaLag({ max: '5s' }), 'replica lag', 5, 's'],
    [lockWaits({ max: 2 }), 'lock waits', 2, ''],
    [activeConnections({ max: 40 }), 'active connections', 40, ''],
    [walRate({ max: '20MB/s' }), 'WAL', 20, 'MB/s'],
    [autovacuum({ table: 'places' }), 'autovacuum workers on places', 0, ''],
    [signalOf({ name: 'mails', unit: 'mails', max: 5, read: () => 1 }), 'mails', 5, 'mails'],
  ] satisfies [ThrottleSignal, string, number, string][])('%o has words for people', (...given) => {
    const [signal, name, max, unit] = given
    expect(signal).toMatchObject({ name, max, unit })
  })

  it('can be a function of the user’s own, also one that waits or throws', async () => {
    const value = (read: () => number | Promise<number>) =>
      signalOf({ name: 'mails', max: 5, read }).read(batch())
    expect(await value(() => 3)).toBe(3)
    expect(await value(async () => 4)).toBe(4)
    await expect(
      value(() => {
        throw new Error('no mail server')
      }),
    ).rejects.toThrow('no mail server')
  })

  it('can’t be read where the database answers nothing, or no number', async () => {
    await expect(lockWaits({ max: 1 }).read(batch())).rejects.toThrow('the database answered nothing')
    await expect(lockWaits({ max: 1 }).read(batch([{ waiting: null }]))).rejects.toThrow(
      'the database gave no number as waiting',
    )
    expect(await lockWaits({ max: 1 }).read(batch([{ waiting: '7' }]))).toBe(7)
  })
})

describe('latencyOf', () => {
  it.each(['ftp://x.example', 'shop.example', '/health', 'https://me:secret-word@shop.example/'])(
    'takes no url such as %s, and does not repeat it',
    (url) => {
      const make = () => latencyOf({ url, max: '1s' } as LatencyOptions)
      expect(make).toThrow(expect.objectContaining({ code: 'TASK_BROKEN' }))
      expect(make).not.toThrow(url)
    },
  )

  it('asks a page once a reading, and once more after a connection was opened or lost', async () => {
    let asked = 0
    let isThere = true
    await using server = await listening((_request, response) => {
      asked += 1
      response.statusCode = isThere ? 200 : 503
      response.end()
    })
    const signal = latencyOf({ url: server.url, max: '50ms' })
    const context = batch()
    const askedBy = async (read: () => Promise<unknown>) => {
      const before = asked
      await read()
      return asked - before
    }
    expect(await askedBy(() => signal.read(context))).toBe(2)
    expect(await askedBy(() => signal.read(context))).toBe(1)
    isThere = false
    await expect(signal.read(context)).rejects.toThrow('it answered 503')
    isThere = true
    expect(await askedBy(() => signal.read(context))).toBe(2)
  })

  /** A database that answers at once, but for these questions of many. */
  function answering(isSlow: (question: number) => boolean) {
    let asked = 0
    const query = async () => {
      asked += 1
      if (isSlow(asked)) await new Promise((resolve) => setTimeout(resolve, 60))
      return []
    }
    return { context: { query, signal: new AbortController().signal }, asked: () => asked }
  }

  it('asks a query many times, but for the first reading, which a batch waits for', async () => {
    const { context, asked } = answering(() => false)
    const signal = latencyOf({ query: 'select 1', max: '50ms' })
    await signal.read(context)
    expect(asked()).toBe(2)
    let most = 0 // the machine may pause in any reading
    for (let reading = 0; reading < 5; reading += 1) {
      const before = asked()
      await signal.read(context)
      most = Math.max(most, asked() - before)
    }
    expect(most).toBeGreaterThan(6)
  })

  it('tells what the slowest few of a hundred take, but not what a single one does', async () => {
    const readings = async (isSlow: (question: number) => boolean) => {
      const { context, asked } = answering(isSlow)
      const signal = latencyOf({ query: 'select 1', max: '50ms' })
      let last = 0
      while (asked() < 110) last = await signal.read(context)
      return last
    }
    const [often, once] = await Promise.all([
      readings((question) => question % 15 === 0),
      readings((question) => question === 60),
    ])
    expect(often).toBeGreaterThan(55)
    expect(once).toBeLessThan(55)
  }, 30_000)

  it('ends when a query fails, and when it is late', async () => {
    let isThere = true
    const ending = new AbortController()
    const query = async () => {
      if (!isThere) throw new Error('connection lost')
      return []
    }
    const signal = latencyOf({ query: 'select 1', max: '50ms' })
    const context = { query, signal: ending.signal }
    await signal.read(context)
    const late = signal.read(context)
    ending.abort()
    await expect(late).rejects.toThrow('aborted')
    isThere = false
    await expect(signal.read(context)).rejects.toThrow('connection lost')
  })
})

describe('autovacuum', () => {
  it.each(['', ' ', undefined])('needs a table, and %j is none', (table) => {
    expect(() => autovacuum({ table: table as string })).toThrow('autovacuum needs a table.')
  })
})

describe('replicaLag', () => {
  const signal = replicaLag({ max: '5s', except: ['delayed'] })
  const replica = (name: string, replayed = 100, lag: number | null = null) => ({
    ...{ written: 100, found: true, state: 'streaming', name, replayed, lag },
  })

  it('is the worst of several, and none of one that is meant to be late', async () => {
    const rows = [replica('a', 90, 1_000), replica('b', 80, 3_000), replica('delayed', 1, 3_600_000)]
    expect(await signal.read(batch(rows))).toBe(3)
  })

  it('is 0 for one that has replayed everything, whatever the server still tells of it', async () => {
    expect(await signal.read(batch([replica('a', 100, 9_000)]))).toBe(0)
  })

  it('misses one of two of the same name', async () => {
    const two = batch([replica('a'), replica('a')], [replica('a')])
    expect(await signal.read(two)).toBe(0)
    await expect(signal.read(two)).rejects.toThrow('replica "a" is not connected any more')
  })

  it('remembers nothing of another batch', async () => {
    expect(await signal.read(batch([replica('a')]))).toBe(0)
    expect(await signal.read(batch([replica('b')]))).toBe(0)
  })
})

describe('walRate', () => {
  const signal = walRate({ max: '1kB/s' })
  const look = (written: number, at: number) => [{ written, at }]

  it('is what was written since the last reading, by the database’s clock', async () => {
    const one = batch(look(0, 10), look(500, 10.5), look(8_500, 12.5))
    expect(await signal.read(one)).toBe(1)
    expect(await signal.read(one)).toBe(4)
  })

  it('begins anew after it could not be read', async () => {
    const one = batch(look(0, 1), look(0, 2), [], look(9_000, 100), look(9_500, 100.25))
    await signal.read(one)
    await expect(signal.read(one)).rejects.toThrow('answered nothing')
    expect(await signal.read(one)).toBe(2)
  })

  it('can’t be read when that clock goes backwards', async () => {
    await expect(signal.read(batch(look(0, 10), look(500, 9)))).rejects.toThrow('went backwards')
  })
})
