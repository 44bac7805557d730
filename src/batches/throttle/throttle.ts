import { reasonOf } from '../../core/errors.ts'
import type { SignalContext, ThrottleSignal } from '../../tasks/throttle.ts'
import { type ControllerState, nextState, type Pace, unread } from './controller.ts'
import { SignalReader } from './signal-reader.ts'
import { realTime, type Time } from './time.ts'

interface ThrottleOptions {
  readonly signals: readonly ThrottleSignal[]
  /** Runs a query beside others. Where they wait for each other, a latency has their time in it. */
  readonly query: SignalContext['query']
  /** From the beginning of one round of readings to that of the next. 1,000 unless stated. */
  readonly everyMs?: number
  /** After how long a reading is late. 2,000 unless stated. */
  readonly timeoutMs?: number
  /** Hears of every change. What it throws stops the batch for good. */
  readonly onChange?: (pace: Pace) => void
  readonly time?: Time
}

/** Reads signals until it is disposed of; after that nothing is read and nobody hears of anything. */
export interface Throttle extends AsyncDisposable {
  /** How fast the batch may go now: not at all before the first readings, at full speed where there is no signal. */
  readonly pace: Pace
}

/** Begins to read the signals, all of them side by side, round after round. */
export function startThrottle(options: ThrottleOptions): Throttle {
  const { signals, everyMs = 1_000, timeoutMs = 2_000, time = realTime } = options
  if (signals.length === 0) return { pace: { speed: 1, sizeFactor: 1 }, async [Symbol.asyncDispose]() {} }
  // Signals remember things by this function: it is this throttle's own.
  const query: SignalContext['query'] = (text) => options.query(text)
  const readers = signals.map((signal) => new SignalReader(signal, { query, timeoutMs, time }))
  const ending = new AbortController()
  let state: ControllerState = unread

  const readRounds = async () => {
    while (!ending.signal.aborted) {
      const next = time.now() + everyMs
      const readings = await Promise.all(readers.map((reader) => reader.read(ending.signal)))
      if (ending.signal.aborted) return
      const { pace } = state
      state = nextState(state, readings)
      if (differs(pace, state.pace)) options.onChange?.(state.pace)
      await time.wait(Math.max(0, next - time.now()), ending.signal)
    }
  }
  // A throttle that has failed must not leave a batch at the speed that it had.
  const ended = readRounds().catch((error: unknown) => {
    state = {
      ...unread,
      pace: { ...unread.pace, limiting: `stopped: the throttle failed: ${reasonOf(error)}` },
    }
  })

  return {
    get pace() {
      return state.pace
    },
    async [Symbol.asyncDispose]() {
      ending.abort()
      await ended
    },
  }
}

function differs(one: Pace, other: Pace): boolean {
  return one.speed !== other.speed || one.sizeFactor !== other.sizeFactor || one.limiting !== other.limiting
}
