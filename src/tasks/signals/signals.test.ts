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

  it('asks once more than it reads after a connection was opened or lost', async () => {
    let asked = 0
    const answers = [true, true, true, false, true, true]
    const query = async () => {
      asked += 1
      if (answers.shift() === false) throw new Error('connection lost')
      return []
    }
    const signal = latencyOf({ query: 'select 1', max: '50ms' })
    const read = () => signal.read({ query, signal: new AbortController().signal })
    await read()
    expect(asked).toBe(2)
    await read()
    expect(asked).toBe(3)
    await expect(read()).rejects.toThrow('connection lost')
    await read()
    expect(asked).toBe(6)
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
