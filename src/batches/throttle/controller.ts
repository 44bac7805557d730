import { adviceOf, nextStep, noStep, type Step } from './advice.ts'
import { pressureOf, type Reading } from './reading.ts'
import { nextSizeFactor } from './size-factor.ts'
import { limitedBy } from './words.ts'

/** How fast a batch may go now. */
export interface Pace {
  /** The share of its time that a worker works: from 0, which is a stop, to 1. */
  readonly speed: number
  /** What the size of slices is multiplied with, from 0.1 to 1. */
  readonly sizeFactor: number
  /** What keeps it back, in words; `undefined` at full speed. */
  readonly limiting?: string
}

/** What the controller keeps from one step to the next. */
export interface ControllerState {
  readonly pace: Pace
  /** Each signal's pressure, as a moving average. */
  readonly smoothed: readonly number[]
  readonly step: Step
  /** The speed before the last stop. */
  readonly before: number
  /** For how many steps in a row it has been slow. */
  readonly slowSteps: number
}

const stopAt = 2
const slowest = 0.01
const startSpeed = 0.2
// The newest reading's in the moving average.
const weight = 0.4

/** Before the first readings. */
export const unread: ControllerState = {
  pace: { speed: 0, sizeFactor: 1, limiting: 'stopped: no signal has been read yet' },
  smoothed: [],
  step: noStep,
  before: 2 * startSpeed,
  slowSteps: 0,
}

/** The state after one more reading of each signal, in the same order every time; at least one. */
export function nextState(previous: ControllerState, readings: readonly Reading[]): ControllerState {
  const pressures = readings.map(pressureOf)
  const pressure = Math.max(...pressures)
  const worst = readings[pressures.indexOf(pressure)]
  const stands = previous.pace.speed === 0
  const mustStand = stands ? pressure > 1 : pressure >= stopAt
  if (worst !== undefined && mustStand) return stop(previous, worst)
  return stands ? start(previous, pressures) : adjust(previous, readings, pressures)
}

function stop(previous: ControllerState, worst: Reading): ControllerState {
  const { speed } = previous.pace
  const before = speed === 0 ? previous.before : speed
  return paced({ ...previous, before }, 0, limitedBy('stopped', worst))
}

/** Small, and smaller each time that it soon has to stop again. */
function start(previous: ControllerState, pressures: readonly number[]): ControllerState {
  const speed = Math.max(slowest, Math.min(startSpeed, previous.before / 2))
  return paced({ ...previous, smoothed: pressures, step: noStep }, speed, 'speeding up')
}

function adjust(
  previous: ControllerState,
  readings: readonly Reading[],
  pressures: readonly number[],
): ControllerState {
  const old = pressures.map((pressure, at) => previous.smoothed[at] ?? pressure)
  const smoothed = pressures.map((pressure, at) => mix(old[at] ?? 0, pressure))
  const advices = smoothed.map((now, at) => adviceOf(now, now - (old[at] ?? 0)))
  const step = nextStep(previous.step, Math.min(...advices))
  const speed = Math.min(1, Math.max(slowest, previous.pace.speed * Math.exp(step.by)))
  return paced({ ...previous, smoothed, step }, speed, limits(readings, smoothed, advices))
}

function mix(old: number, now: number): number {
  return old + weight * (now - old)
}

const near = 0.8

/** The strictest signal, where it is near its max or slows the batch down. */
function limits(
  readings: readonly Reading[],
  smoothed: readonly number[],
  advices: readonly number[],
): string {
  const strictest = advices.indexOf(Math.min(...advices))
  const reading = readings[strictest]
  const holds = (smoothed[strictest] ?? 0) >= near || (advices[strictest] ?? 0) < 0
  return reading !== undefined && holds ? limitedBy('throttled', reading) : 'speeding up'
}

function paced(state: ControllerState, speed: number, limiting: string): ControllerState {
  const { sizeFactor, slowSteps } = nextSizeFactor(state.pace.sizeFactor, speed, state.slowSteps)
  const pace = speed < 1 ? { speed, sizeFactor, limiting } : { speed, sizeFactor }
  return { ...state, pace, slowSteps }
}
