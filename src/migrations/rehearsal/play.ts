import { setTimeout as delay } from 'node:timers/promises'
import { duration } from '../../core/text.ts'
import type { Tap, Wire } from '../../databases/wire.ts'
import type { MigratorEnd, TraceEvidence } from './evidence.ts'
import { Gauge } from './gauge.ts'
import type { Migrate, Scene, Stage } from './stage.ts'

/** How long a command may take to end once it was told to, in milliseconds. */
const patienceMs = 60_000

interface Watching {
  readonly tap?: Tap
  /** Ends it before its time. */
  readonly until?: AbortSignal
}

/**
 * Runs a command once on a clone, through a wire that ends with it. Throws for an abort of the stage's, for a server that is
 * gone, for a command that does not end, and for one that takes longer than `withinMs`.
 */
export async function play(
  stage: Stage,
  scene: Scene,
  command: Migrate,
  { tap, until, withinMs }: Watching & { readonly withinMs?: number } = {},
): Promise<MigratorEnd> {
  const late = new AbortController()
  await using gauge = await Gauge.begin(scene.inspector, 1_000)
  const { lost } = gauge
  const ends = AbortSignal.any([stage.signal, lost, late.signal, ...(until === undefined ? [] : [until])])
  await using wire = closedOnce(await openWire(stage, scene, tap))
  // Whoever is killed has no time to say goodbye to the server.
  ends.addEventListener('abort', () => void wire[Symbol.asyncDispose](), { once: true })
  const timer = withinMs === undefined ? undefined : setTimeout(() => late.abort(), withinMs)
  try {
    const end = await orElse(command(wire.url, ends), ends)
    stage.signal.throwIfAborted()
    if (lost.aborted) throw new Error("The clone's server does not answer any more.")
    if (late.signal.aborted) throw new Error(`It was not done within ${duration(withinMs ?? 0)}.`)
    return end
  } finally {
    clearTimeout(timer)
  }
}

/**
 * Plays the command again, when it is known how long it takes: so that nothing waits for ever. It must keep to its database
 * this time too. Throws what `play` does, and for an escape.
 */
export async function playAgain(
  stage: Stage,
  scene: Scene,
  command: Migrate,
  first: Pick<TraceEvidence, 'end'>,
  watching: Watching = {},
): Promise<MigratorEnd> {
  const withinMs = 60_000 + 10 * first.end.ms
  const end = await play(stage, scene, command, { ...watching, withinMs })
  if (end.escapes.length > 0)
    throw new Error(`It tried to reach ${end.escapes.join(', ')} beside its database this time.`)
  if (typeof end.code === 'string' && watching.until?.aborted !== true)
    throw new Error(`Its command was ended by ${end.code} this time.`)
  return end
}

/** Plays it again where it must succeed as it did before, or else what is seen is not of it. */
export async function playWhole(
  stage: Stage,
  scene: Scene,
  first: Pick<TraceEvidence, 'end'>,
  watching: Watching = {},
): Promise<MigratorEnd> {
  const end = await playAgain(stage, scene, stage.migrate, first, watching)
  if (end.code !== first.end.code)
    throw new Error(`The migration ended with ${end.code} this time, and with ${first.end.code} at first.`)
  return end
}

function openWire({ database, wireAddress }: Stage, { clone }: Scene, tap: Tap | undefined): Promise<Wire> {
  return database.wire(clone.url, {
    ...(tap === undefined ? {} : { tap }),
    ...(wireAddress === undefined ? {} : { address: wireAddress }),
    requireDirect: true,
  })
}

function closedOnce(wire: Wire): Wire {
  let closing: PromiseLike<void> | undefined
  return {
    url: wire.url,
    async [Symbol.asyncDispose]() {
      closing ??= wire[Symbol.asyncDispose]()
      await closing
    },
  }
}

/** How it ends, unless it was told to end and does not. */
async function orElse(ending: Promise<MigratorEnd>, told: AbortSignal): Promise<MigratorEnd> {
  const over = new AbortController()
  try {
    return await Promise.race([ending, outlives(told, over.signal)])
  } finally {
    over.abort()
  }
}

async function outlives(told: AbortSignal, over: AbortSignal): Promise<never> {
  await new Promise<void>((resolve) => {
    if (told.aborted) resolve()
    told.addEventListener('abort', () => resolve(), { once: true, signal: over })
  })
  await delay(patienceMs, undefined, { signal: over }).catch(() => new Promise<never>(() => {}))
  throw new Error(`Its command was told to end, and did not within ${duration(patienceMs)}.`)
}
