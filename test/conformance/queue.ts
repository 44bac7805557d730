import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Delivery, Queue, QueueOptions, SliceHint } from '../../src/queues/queue.ts'

/** What another process needs to open the same queue: plain data. */
export interface QueueRecipe {
  /** The URL of the module that exports `open`. */
  readonly module: string
  readonly open: string
  readonly options: Pick<QueueOptions, 'url' | 'settings'>
}

/** What a transport may lack. Each that it lacks is written with the reason, and its cases do not apply. */
export type Capability =
  /** A delivery has a lease of its own, which runs out while its holder lives. */
  | 'leases'
  /** Others can put messages into it. */
  | 'foreign messages'
  /** The same hint can be in it twice. */
  | 'duplicates'
  /** What was put off comes back early when whoever put it off goes. */
  | 'early return'

export interface QueueUnderTest extends AsyncDisposable {
  /** The queue of this name, which is made when there is none: another opening each time, as another process would have. */
  open(name: string, report?: QueueOptions['report']): Promise<Queue>
  recipe(name: string): QueueRecipe
  /** Puts a message into it that purser did not send. */
  sendForeign(name: string, body: string): Promise<void>
}

interface Options {
  readonly lacks?: Partial<Record<Capability, string>>
  /** How long a lease is at least, and how exactly a delay is kept. */
  readonly leaseMs?: number
  readonly slackMs?: number
  /** How many hints are sent in the case of very many. */
  readonly many?: number
}

const waitMs = 10_000
/** Long enough for what must not come to come. */
const quietMs = 700

/** What every queue must do, whatever carries its messages. */
export function describeQueue(
  transport: string,
  start: () => Promise<QueueUnderTest>,
  { lacks = {}, leaseMs = 1_000, slackMs = 5_000, many = 10_000 }: Options = {},
): void {
  describe(transport, () => {
    let world: QueueUnderTest
    let name: string
    let names = 0
    beforeAll(async () => {
      world = await start()
    })
    afterAll(() => world[Symbol.asyncDispose]())

    /** A case with a queue of its own; none where it does not apply, for the reason that is written. */
    const test = (title: string, run: () => Promise<void>, needs: readonly Capability[] = []) => {
      if (needs.some((capability) => lacks[capability] !== undefined)) return
      it(title, async () => {
        name = `purser-test-${process.pid}-${++names}`
        await run()
      })
    }
    const receive = (queue: Queue, wait: number = waitMs) => queue.receive({ leaseMs: 30_000, waitMs: wait })
    const drain = async (queue: Queue, expected: number) => {
      const hints: SliceHint[] = []
      for (let delivery = await receive(queue); delivery !== undefined; ) {
        hints.push(delivery.hint)
        await delivery.ack()
        delivery = await receive(queue, hints.length < expected ? waitMs : quietMs)
      }
      return hints
    }

    test('brings what was sent, once and as it was', async () => {
      await using queue = await world.open(name)
      const hint = { batch: 'ü-7/"x"', slice: 2 ** 40, generation: 3, sending: 9, definition: 'sha256:ab' }
      expect(await queue.send([hint])).toEqual([])
      const delivery = await receive(queue)
      expect(delivery).toMatchObject({ hint, redelivered: false })
      expect(await receive(queue, quietMs)).toBeUndefined()
      await delivery?.ack()
      expect(queue.condition()).toBeUndefined()
    })

    test('waits as long as it was asked to, and no longer', async () => {
      await using queue = await world.open(name)
      const started = performance.now()
      expect(await receive(queue, 1_000)).toBeUndefined()
      expect(performance.now() - started).toBeGreaterThan(950)
      expect(performance.now() - started).toBeLessThan(1_000 + slackMs)
    })

    test('brings a hint to who waits already', async () => {
      await using queue = await world.open(name)
      const waiting = receive(queue)
      await queue.send([hintOf(1)])
      const delivery = await waiting
      expect(delivery?.hint).toEqual(hintOf(1))
      await delivery?.ack()
    })

    test('stops waiting when the signal is given', async () => {
      await using queue = await world.open(name)
      const stop = new AbortController()
      const waiting = queue.receive({ leaseMs: 30_000, waitMs: 60_000 }, stop.signal)
      setImmediate(() => stop.abort())
      const started = performance.now()
      expect(await waiting).toBeUndefined()
      expect(await queue.receive({ leaseMs: 30_000, waitMs: 60_000 }, stop.signal)).toBeUndefined()
      expect(performance.now() - started).toBeLessThan(slackMs)
      await queue.send([hintOf(1)])
      expect((await receive(queue))?.hint).toEqual(hintOf(1))
    })

    test('forgets what was acknowledged', async () => {
      {
        await using queue = await world.open(name)
        await queue.send([hintOf(1), hintOf(2)])
        expect(numbersOf(await drain(queue, 2))).toEqual([1, 2])
      }
      await using another = await world.open(name)
      expect(await receive(another, quietMs)).toBeUndefined()
    })

    test('hands a hint out again when the worker that took it goes', async () => {
      const dying = await world.open(name)
      await dying.send([hintOf(1)])
      expect(await dying.receive({ leaseMs, waitMs })).toBeDefined()
      await dying[Symbol.asyncDispose]() // without acknowledging

      await using survivor = await world.open(name)
      expect(await receive(survivor)).toMatchObject({ hint: hintOf(1), redelivered: true })
    })

    test('gives back everything that it held when it is closed', async () => {
      const closing = await world.open(name)
      await closing.send([1, 2, 3, 4, 5].map(hintOf))
      const [first, second] = [await receive(closing), await receive(closing)]
      await closing[Symbol.asyncDispose]()
      expect([first, second]).not.toContain(undefined)

      await using another = await world.open(name)
      expect(numbersOf(await drain(another, 5))).toEqual([1, 2, 3, 4, 5])
    })

    test('brings at once what was put off by one that is closed since', async () => {
      const closing = await world.open(name)
      await closing.send([hintOf(1)])
      await (await receive(closing))?.retry(60_000)
      await closing[Symbol.asyncDispose]()

      await using another = await world.open(name)
      expect(await receive(another)).toMatchObject({ hint: hintOf(1) })
    }, ['early return'])

    test('hands a hint out again when the process that took it is killed', async () => {
      await using queue = await world.open(name)
      await queue.send([hintOf(1)])
      await using holder = await startHolder(world.recipe(name))
      expect(holder.held).toEqual(hintOf(1))
      await holder.kill()
      expect(await receive(queue, 20_000)).toMatchObject({ hint: hintOf(1), redelivered: true })
    })

    test('brings a hint again after the delay that was asked for', async () => {
      await using queue = await world.open(name)
      await queue.send([hintOf(1)])
      await (await receive(queue))?.retry(1_500)
      const started = performance.now()
      const again = await receive(queue)
      const elapsed = performance.now() - started
      expect(again).toMatchObject({ hint: hintOf(1), redelivered: true })
      expect(elapsed).toBeGreaterThan(1_400)
      expect(elapsed).toBeLessThan(1_500 + slackMs)
      await again?.ack()
    })

    test('brings a hint again at once when no delay was asked for', async () => {
      await using queue = await world.open(name)
      await queue.send([hintOf(1)])
      await (await receive(queue))?.retry(0)
      expect(await receive(queue)).toMatchObject({ hint: hintOf(1), redelivered: true })
    })

    test('lets others pass those that were put off', async () => {
      await using queue = await world.open(name)
      await queue.send(numbers(30).map(hintOf))
      for (const _ of numbers(20)) await (await receive(queue))?.retry(60_000)
      expect(new Set(numbersOf(await drain(queue, 10))).size).toBe(10)
    })

    test('keeps a delivery beyond its lease as long as it is renewed', async () => {
      await using queue = await world.open(name)
      await using other = await world.open(name)
      await queue.send([hintOf(1)])
      const longMs = leaseMs * 3 // the machine may pause for a part of it
      const delivery = await queue.receive({ leaseMs: longMs, waitMs })
      for (const _ of numbers(3)) {
        await delivery?.renew(longMs)
        expect(await receive(other, longMs * 0.4)).toBeUndefined()
      }
      await delivery?.ack()
      expect(await receive(other, longMs * 1.2)).toBeUndefined()
    })

    test('hands a delivery to another when its lease ran out; what the first does with it then is harmless', async () => {
      await using slow = await world.open(name)
      await using other = await world.open(name)
      await slow.send([hintOf(1)])
      const late = await slow.receive({ leaseMs, waitMs })
      const again = await receive(other, leaseMs + slackMs)
      expect(again).toMatchObject({ hint: hintOf(1), redelivered: true })
      await expect(late?.renew(leaseMs)).rejects.toMatchObject({ code: 'DELIVERY_LOST' })
      await late?.ack()
      await again?.renew(30_000)
      await again?.ack()
      expect(await receive(other, quietMs)).toBeUndefined()
    }, ['leases'])

    test('may be told twice that a hint is dealt with', async () => {
      await using queue = await world.open(name)
      await queue.send([hintOf(1), hintOf(2)])
      const delivery = await receive(queue)
      await delivery?.ack()
      await delivery?.ack()
      await delivery?.retry(0)
      const other = await receive(queue)
      expect(other?.hint.slice).not.toBe(delivery?.hint.slice)
      await other?.renew(30_000)
      await other?.ack()
      expect(await receive(queue, quietMs)).toBeUndefined()
    })

    test('holds as many as are asked for', async () => {
      await using queue = await world.open(name)
      await queue.send(numbers(40).map(hintOf))
      const held = await Promise.all(numbers(40).map(() => receive(queue)))
      expect(numbersOf(held.flatMap((delivery) => delivery?.hint ?? []))).toEqual(numbers(40))
      for (const delivery of held) await delivery?.renew(30_000)
      for (const delivery of held) await delivery?.ack()
      expect(await receive(queue, quietMs)).toBeUndefined()
    })

    test('shares between two receivers, none to both', async () => {
      await using first = await world.open(name)
      await using second = await world.open(name)
      await first.send(numbers(200).map(hintOf))
      // each has one before either goes on: who connects late would find nothing
      const own = await Promise.all([first, second].map((queue) => receive(queue)))
      for (const delivery of own) await delivery?.ack()
      const shares = await Promise.all([first, second].map((queue) => drain(queue, 1)))
      const taken = own.map((delivery) => delivery?.hint)
      expect(taken).not.toContain(undefined)
      expect(numbersOf([...shares.flat(), ...taken.filter((hint) => hint !== undefined)])).toEqual(
        numbers(200),
      )
    })

    test('brings along what came already, no more than were asked for, and none twice', async () => {
      await using queue = await world.open(name)
      await queue.send(numbers(30).map(hintOf))
      const held: Delivery[] = []
      while (held.length < 30) {
        const first = await receive(queue)
        if (first === undefined) break
        const more = await queue.receiveMore(3, 30_000)
        expect(more.length).toBeLessThanOrEqual(3)
        held.push(first, ...more)
      }
      expect(numbersOf(held.map(({ hint }) => hint))).toEqual(numbers(30))
      for (const delivery of held) await delivery.renew(30_000)
      for (const delivery of held) await delivery.ack()
      expect(await queue.receiveMore(3, 30_000)).toEqual([])
      expect(await receive(queue, quietMs)).toBeUndefined()
    })

    test('brings nothing along where nothing came, and waits for none', async () => {
      const queue = await world.open(name)
      const took: number[] = []
      for (const _ of numbers(5)) {
        const started = performance.now()
        expect(await queue.receiveMore(10, 30_000)).toEqual([])
        took.push(performance.now() - started)
      }
      expect(Math.min(...took)).toBeLessThan(100) // the machine may pause in any of them
      await queue.send([hintOf(1)])
      await queue[Symbol.asyncDispose]()
      expect(await queue.receiveMore(10, 30_000)).toEqual([])
    })

    test('takes a hint twice, also in one sending', async () => {
      await using queue = await world.open(name)
      await queue.send([hintOf(1), hintOf(1)])
      await queue.send([hintOf(1)])
      expect(numbersOf(await drain(queue, 3))).toEqual([1, 1, 1])
    }, ['duplicates'])

    test('takes nothing, too', async () => {
      await using queue = await world.open(name)
      expect(await queue.send([])).toEqual([])
    })

    test('leaves alone what is not for it, says so once, and brings what stands behind', async () => {
      const reports: string[] = []
      await using queue = await world.open(name, (sentence) => reports.push(sentence))
      const secret = 'a-secret-of-somebody'
      const bodies = [
        ...['', 'null', '[]', '"purser"', secret, `{"${secret}":1}`, '{"purser":99}', '{"purser":1}'],
        `{"purser":1,"batch":"b","slice":-1,"generation":0,"sending":1,"definition":"d"}`,
        '\u0000\ufffd😀',
        '['.repeat(20_000),
      ].map((body) => body || ' ') // some brokers take no empty one
      for (const body of [...bodies, ...bodies]) await world.sendForeign(name, body)
      await queue.send([hintOf(1), hintOf(2)])
      expect(numbersOf(await drain(queue, 2))).toEqual([1, 2])
      expect(reports.length).toBeGreaterThan(0)
      expect(new Set(reports).size).toBe(reports.length)
      expect(reports.join()).not.toContain(secret)
    }, ['foreign messages'])

    test(`brings ${many.toLocaleString('en')} hints, all of them`, async () => {
      await using sending = await world.open(name)
      await using other = await world.open(name)
      const all = numbers(many)
      let left: readonly SliceHint[] = all.map(hintOf)
      while (left.length > 0)
        left = (await sending.send(left.slice(0, 1_000))).map(({ hint }) => hint).concat(left.slice(1_000))
      const seen = new Set<number>()
      const take = async (queue: Queue) => {
        for (let idle = 0; idle < 2; ) {
          const delivery: Delivery | undefined = await receive(queue, 1_000)
          idle = delivery === undefined ? idle + 1 : 0
          if (delivery !== undefined) seen.add(delivery.hint.slice)
          await delivery?.ack()
        }
      }
      await Promise.all([sending, sending, other, other].map(take))
      expect(seen.size).toBe(many)
    })

    test('ends every wait when it is closed', async () => {
      const queue = await world.open(name)
      const waiting = [queue, queue].map((each) => receive(each, 60_000))
      const started = performance.now()
      await queue[Symbol.asyncDispose]()
      await Promise.all(waiting)
      expect(performance.now() - started).toBeLessThan(5_000)
    })
  })
}

/** A hint that is told from others by its slice. */
export function hintOf(slice: number): SliceHint {
  return { batch: 'batch', slice, generation: 0, sending: 1, definition: 'sha256:d1' }
}

/** Slices' numbers, in order. */
export function numbersOf(hints: readonly SliceHint[]): number[] {
  return hints.map(({ slice }) => slice).sort((a, b) => a - b)
}

/** From 1. */
export function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1)
}

/** Another process that takes a delivery and holds it. */
export async function startHolder(recipe: QueueRecipe) {
  const program = fileURLToPath(new URL('queue-holder.ts', import.meta.url))
  const child = spawn(process.execPath, [program, JSON.stringify(recipe)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  const kill = async () => {
    child.kill('SIGKILL')
    await ended
  }
  const [line] = await Promise.race([once(createInterface({ input: child.stdout }), 'line'), ended])
  return { held: JSON.parse(String(line)), kill, [Symbol.asyncDispose]: kill }
}
