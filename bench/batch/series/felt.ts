import type { SignalContext } from '../../../src/tasks/throttle.ts'
import { median } from '../../harness.ts'
import type { Contender, Stage } from '../contenders/contender.ts'
import { loop } from '../contenders/loop.ts'
import { pgBoss } from '../contenders/peers.ts'
import { embedded, purser } from '../contenders/purser.ts'
import { Helper } from '../helpers/helper.ts'
import { lookUp } from '../look-up.ts'
import { percentile } from '../percentile.ts'

/** What an app's users feel while somebody's batch is at work, and how fast that is meanwhile. */
export interface Felt {
  readonly name: string
  /** Medians over the rounds. */
  readonly p50Ms: number
  readonly p99Ms: number
  /** The p99 beside the one with nothing else at work right before: medians of what each round said. */
  readonly times: number
  readonly timesOfRounds: readonly number[]
  readonly rowsPerSecond?: number
  /** The batch's speed beside Purser's without a throttle. */
  readonly speed?: number
  /** Rounds in which it did not come to its end in time, or a row was not done exactly once. */
  readonly void: number
}

interface Heard {
  readonly p50: number
  readonly p99: number
  readonly rowsPerSecond?: number
}

interface Usual extends Heard {
  /** What the throttle's own probe read meanwhile, in milliseconds. */
  readonly probeMs: number
}

interface Measured {
  readonly heard: Heard
  /** With nothing else at work, right before. */
  readonly usual: Usual
}

type Round = ReadonlyMap<string, Measured>

const perSecond = 200
const sliceRows = 1_000
const aloneMs = 10_000
const longestMs = 180_000
const alone = 'nothing else'
const unbridled = 'Purser, no throttle'
const throttled = 'Purser, throttle on'

/** 200 point reads and writes a second on the rows of the batch, alone and then beside each side, in rotated rounds. */
export async function measureFelt(
  stage: Stage,
  rounds: number,
  tell: (progress: string) => void,
): Promise<readonly Felt[]> {
  const measured: Round[] = []
  for (let round = 0; round <= rounds; round += 1) {
    const heard = await measureRound(stage, round, tell)
    if (round > 0) measured.push(heard)
  }
  const usual = measured.flatMap((round) => [...round.values()].map(({ usual }) => usual))
  return [aloneOf(usual), ...sides(1).map(({ name }) => feltOf(name, measured))]
}

/** As the documentation of the throttle says: three times what its probe tells with nothing else at work. */
function sides(usualMs: number): readonly Contender[] {
  const latencyMs = Math.round(usualMs * 300) / 100
  return [
    { ...loop, name: 'hand-written loop' },
    pgBoss,
    { ...embedded, name: unbridled },
    purser({ name: throttled, latencyMs }),
  ]
}

async function measureRound(stage: Stage, round: number, tell: (progress: string) => void): Promise<Round> {
  const measured = new Map<string, Measured>()
  const count = sides(1).length
  for (let at = 0; at < count; at += 1) {
    // right before each side: a machine that others share is not as fast a minute later
    const usual = await measureUsual(stage)
    tell(`round ${round}: ${alone}, ${wordsOf(usual)}, the probe's ${usual.probeMs.toFixed(2)} ms`)
    const side = sides(usual.probeMs)[(at + round) % count]
    if (side === undefined) continue
    const heard = await beside(stage, side)
    if (heard !== undefined) measured.set(side.name, { heard, usual })
    tell(`round ${round}: ${side.name}, ${heard === undefined ? 'VOID' : wordsOf(heard)}`)
  }
  return measured
}

function wordsOf({ p99, rowsPerSecond }: Heard): string {
  const speed =
    rowsPerSecond === undefined ? '' : `, ${Math.round(rowsPerSecond).toLocaleString('en')} rows/s`
  return `p99 ${p99.toFixed(1)} ms${speed}`
}

async function measureUsual(stage: Stage): Promise<Usual> {
  let probeMs = Number.NaN
  const heard = await withApp(stage, async (ready) => {
    await ready()
    probeMs = await usualLatency(stage)
  })
  return { ...heard, probeMs }
}

/** What the throttle's own probe reads meanwhile. */
async function usualLatency({ table }: Stage): Promise<number> {
  const signal = lookUp(1)
  const query: SignalContext['query'] = (text) => table.query(String(text))
  const context = { query, signal: new AbortController().signal }
  const until = performance.now() + aloneMs
  const readings: number[] = []
  while (performance.now() < until) readings.push(await signal.read(context))
  return median(readings)
}

async function beside(stage: Stage, side: Contender): Promise<Heard | undefined> {
  const work = { rows: stage.table.rows, sliceRows }
  const late = setTimeout(() => Helper.killAll(), longestMs)
  let ms = Number.NaN
  try {
    const heard = await withApp(stage, async (ready) => {
      ms = await side.run({ ...stage, ready }, work)
    })
    return (await stage.table.check(work)) === 0
      ? { ...heard, rowsPerSecond: (work.rows * 1_000) / ms }
      : undefined
  } catch (error) {
    if (!Number.isNaN(ms)) throw error
    console.error(error)
    await stage.table.check(work)
    return undefined
  } finally {
    clearTimeout(late)
  }
}

/** What the app's users feel from `ready` on until the work ends. */
async function withApp(stage: Stage, work: (ready: () => Promise<void>) => Promise<void>): Promise<Heard> {
  await stage.table.calm()
  await using app = await Helper.start('app')
  await app.ask('connect', { url: stage.services.postgres.url, rows: stage.table.rows, perSecond })
  await work(async () => void (await app.ask('begin')))
  const took = await app.ask<readonly number[]>('end')
  return { p50: percentile(took, 0.5), p99: percentile(took, 0.99) }
}

function aloneOf(usual: readonly Usual[]): Felt {
  const [p50Ms, p99Ms] = [median(usual.map(({ p50 }) => p50)), median(usual.map(({ p99 }) => p99))]
  return { name: alone, p50Ms, p99Ms, times: 1, timesOfRounds: [], void: 0 }
}

function feltOf(name: string, rounds: readonly Round[]): Felt {
  const found = rounds.flatMap((round) => {
    const measured = round.get(name)
    return measured === undefined ? [] : [{ ...measured, round }]
  })
  const timesOfRounds = found.map(({ heard, usual }) => heard.p99 / usual.p99)
  const beside = found.flatMap(({ heard, round }) => {
    const unthrottled = round.get(unbridled)?.heard.rowsPerSecond
    return heard.rowsPerSecond === undefined || unthrottled === undefined
      ? []
      : [heard.rowsPerSecond / unthrottled]
  })
  return {
    name,
    p50Ms: median(found.map(({ heard }) => heard.p50)),
    p99Ms: median(found.map(({ heard }) => heard.p99)),
    times: median(timesOfRounds),
    timesOfRounds,
    rowsPerSecond: median(found.flatMap(({ heard }) => heard.rowsPerSecond ?? [])),
    speed: median(beside),
    void: rounds.length - found.length,
  }
}
