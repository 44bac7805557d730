import { describe, expect, it } from 'vitest'
import { signalOf } from '../../tasks/signals/index.ts'
import type { SignalContext, ThrottleSignal } from '../../tasks/throttle.ts'
import type { Pace } from './controller.ts'
import { startThrottle, type Throttle } from './throttle.ts'
import type { Time } from './time.ts'

/** Time that stands until it is told to go on. */
class TestTime implements Time {
  #now = 0
  #waiting = new Set<{ at: number; end: () => void }>()

  now(): number {
    return this.#now
  }

  wait(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const one = {
        at: this.#now + ms,
        end: () => {
          this.#waiting.delete(one)
          resolve()
        },
      }
      this.#waiting.add(one)
      signal.addEventListener('abort', one.end, { once: true })
    })
  }

  /** How many wait. */
  get waiting(): number {
    return this.#waiting.size
  }

  /** Goes on by so much, and wakes whoever waits, in their order. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms
    await settled()
    for (;;) {
      const next = [...this.#waiting].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
      if (next === undefined) break
      this.#now = Math.max(this.#now, next.at)
      next.end()
      await settled()
    }
    this.#now = end
  }
}

/** Until everything that only waits for other promises has gone on. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

const noDatabase: SignalContext['query'] = async () => []

/** A signal whose readings are answered by the test. */
function asked(name: string) {
  const questions: { context: SignalContext; answer: (value: number) => void; fail: (why: Error) => void }[] =
    []
  const signal = signalOf({
    name,
    unit: 's',
    max: 5,
    read: (context) =>
      new Promise((answer, fail) => {
        questions.push({ context, answer, fail })
      }),
  })
  return { signal, questions }
}

function throttle(signals: readonly ThrottleSignal[], time: Time, onChange?: (pace: Pace) => void): Throttle {
  return startThrottle({ signals, query: noDatabase, time, ...(onChange && { onChange }) })
}

describe('the throttle', () => {
  it('is stopped until its signals were read, and then begins', async () => {
    const time = new TestTime()
    const { signal, questions } = asked('replica lag')
    await using under = throttle([signal], time)
    await settled()
    expect(under.pace).toEqual({ speed: 0, sizeFactor: 1, limiting: 'stopped: no signal has been read yet' })
    questions[0]?.answer(1)
    await settled()
    expect(under.pace).toEqual({ speed: 0.2, sizeFactor: 1, limiting: 'speeding up' })
  })

  it('goes at full speed where there are no signals', async () => {
    await using under = throttle([], new TestTime())
    expect(under.pace).toEqual({ speed: 1, sizeFactor: 1 })
  })

  it('reads every signal once a second, side by side, and tells each change once', async () => {
    const time = new TestTime()
    const read: string[] = []
    const heard: Pace[] = []
    const named = (name: string) => {
      const note = () => read.push(`${name} at ${time.now()}`)
      return signalOf({ name, max: 5, read: () => Math.min(1, note()) })
    }
    await using under = throttle([named('a'), named('b')], time, (pace) => heard.push(pace))
    await time.pass(2_500)
    expect(read).toEqual(['a at 0', 'b at 0', 'a at 1000', 'b at 1000', 'a at 2000', 'b at 2000'])
    await time.pass(60_000)
    expect(under.pace).toEqual({ speed: 1, sizeFactor: 1 })
    expect(heard[0]?.speed).toBe(0.2)
    expect(heard.at(-1)).toEqual(under.pace)
    expect(new Set(heard.map(({ speed }) => speed)).size).toBe(heard.length)
  })

  it('takes a late reading for none, and aborts it', async () => {
    const time = new TestTime()
    const { signal, questions } = asked('replica lag')
    await using under = throttle([signal, signalOf({ name: 'good', max: 5, read: () => 0 })], time)
    await time.pass(1_999)
    expect(questions[0]?.context.signal.aborted).toBe(false)
    await time.pass(1)
    expect(questions[0]?.context.signal.aborted).toBe(true)
    expect(under.pace.limiting).toBe("stopped: replica lag can't be read: no answer for 2.0 s")
  })

  it('never reads a signal anew while an earlier reading has not ended', async () => {
    const time = new TestTime()
    const { signal, questions } = asked('replica lag')
    let others = 0
    const other = signalOf({ name: 'other', max: 5, read: () => ++others * 0 })
    await using under = throttle([signal, other], time)
    await time.pass(10_000)
    expect(questions).toHaveLength(1)
    expect(others).toBeGreaterThan(5)
    expect(under.pace.limiting).toMatch(/^stopped: replica lag can't be read: no answer for \d\d?\.0 s$/)
    questions[0]?.answer(1)
    await time.pass(1_000)
    expect(questions).toHaveLength(2)
    questions[1]?.answer(1)
    await settled()
    expect(under.pace.speed).toBe(0.2)
  })

  it.each([
    ['throws', () => Promise.reject(new Error('connection refused\nat line 2')), 'connection refused'],
    ['throws no error', () => Promise.reject('nothing there'), 'nothing there'],
    ['gives no number', async () => 'many' as unknown as number, 'it gave a string'],
    ['gives NaN', () => Number.NaN, 'it gave NaN'],
    ['gives too much', () => Number.POSITIVE_INFINITY, 'it gave Infinity'],
  ])('is stopped by a signal that %s', async (_what, read, why) => {
    await using under = throttle([{ ...signalOf({ name: 'mails', max: 1, read }) }], new TestTime())
    await settled()
    expect(under.pace).toMatchObject({ speed: 0, limiting: `stopped: mails can't be read: ${why}` })
  })

  it('is stopped by a signal that throws before it promises anything', async () => {
    const read = () => {
      throw new Error('at once')
    }
    await using under = throttle([{ name: 'mails', unit: '', max: 1, read }], new TestTime())
    await settled()
    expect(under.pace.limiting).toBe("stopped: mails can't be read: at once")
  })

  it('reads nothing and tells nothing after its end, which no reading holds up', async () => {
    const time = new TestTime()
    const { signal, questions } = asked('replica lag')
    const heard: Pace[] = []
    const under = throttle([signal], time, (pace) => heard.push(pace))
    await settled()
    await under[Symbol.asyncDispose]()
    expect(questions[0]?.context.signal.aborted).toBe(true)
    expect(time.waiting).toBe(0)
    questions[0]?.fail(new Error('aborted'))
    await time.pass(10_000)
    expect(questions).toHaveLength(1)
    expect(heard).toEqual([])
  })

  it('ends between two rounds as well', async () => {
    const time = new TestTime()
    let reads = 0
    const under = throttle([signalOf({ name: 'good', max: 5, read: () => ++reads * 0 })], time)
    await time.pass(1_500)
    await under[Symbol.asyncDispose]()
    expect(time.waiting).toBe(0)
    await time.pass(5_000)
    expect(reads).toBe(2)
  })

  it('is stopped for good when whoever listens throws, and says so', async () => {
    const time = new TestTime()
    const listener = () => {
      throw new Error('the listener broke')
    }
    await using under = throttle([signalOf({ name: 'good', max: 5, read: () => 0 })], time, listener)
    await time.pass(5_000)
    expect(under.pace).toMatchObject({
      speed: 0,
      limiting: 'stopped: the throttle failed: the listener broke',
    })
  })

  it('gives each throttle a query of its own, by which signals remember', async () => {
    const queries = new Set<unknown>()
    const signal = signalOf({ name: 'good', max: 5, read: ({ query }) => queries.add(query).size * 0 })
    const [timeA, timeB] = [new TestTime(), new TestTime()]
    await using _a = throttle([signal], timeA)
    await using _b = throttle([signal], timeB)
    await Promise.all([timeA.pass(2_000), timeB.pass(2_000)])
    expect(queries.size).toBe(2)
  })
})
