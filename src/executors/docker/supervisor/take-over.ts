import { type Secret, secretsOf } from '../../../core/redaction/secrets.ts'
import type { Stream } from '../../../runs/frames.ts'
import type { Outcome } from '../../../runs/outcomes.ts'
import { describeHold, takeHold } from '../../../supervision/holder.ts'
import { readLook } from '../../../supervision/look-file.ts'
import { Recorder } from '../../../supervision/recorder.ts'
import { isStopNoted } from '../../../supervision/stop-note.ts'
import { StopRequests } from '../../../supervision/stop-requests.ts'
import { demultiplex } from '../engine/demux.ts'
import type { Engine } from '../engine/engine.ts'
import { openEngine } from '../engine/open-engine.ts'
import { enginePath } from '../engine/path.ts'
import type { ContainerInspect } from '../engine/types.ts'
import { execIn } from '../probe/exec.ts'
import { splitPair } from '../probe/read-variables.ts'
import { inspectContainer } from '../release/docker-release.ts'
import { noteEnd } from './ended-file.ts'
import type { TakeoverOrder } from './order.ts'
import { outcomeOf } from './outcome.ts'
import { untilAnswered } from './patience.ts'
import { removeTwin, stateOf, stopOf, waitForExit } from './twin-container.ts'
import { TwinOutput } from './twin-output.ts'

/** Goes on with an attempt in the place of a supervisor that was killed. Nothing is done when another does. */
export async function takeOver(order: TakeoverOrder): Promise<void> {
  const stopping = new StopRequests()
  if (!takeHold(order.folder, describeHold(order, order.takesOver, order.generation))) return
  using engine = await openEngine(order.engine, process.env)
  const container = await inspectContainer(engine, order.takesOver.container)
  const { secrets, unknown } = container
    ? await secretsIn(engine, container, order.takesOver.hidden)
    : noSecrets
  const { recorder, streams } = await Recorder.resume({ ...order, secrets })
  const outcome = container
    ? await follow({ engine, order, stopping, recorder }, container, streams, unknown)
    : outcomeOf(undefined, {})
  noteEnd(order.folder, outcome)
  await untilAnswered(() => removeTwin(engine, order.takesOver.container)).catch(() => {}) // swept later
  await recorder.end(outcome)
}

const noSecrets = { secrets: [], unknown: [] }

interface Work {
  readonly engine: Engine
  readonly order: TakeoverOrder
  readonly stopping: StopRequests
  readonly recorder: Recorder
}

async function follow(
  { engine, order, stopping, recorder }: Work,
  { Id, HostConfig }: ContainerInspect,
  streams: ReadonlyMap<Stream, number> | undefined,
  unknown: readonly string[],
): Promise<Outcome> {
  await recorder.notice('The supervisor was killed; another has taken over.')
  stopping.obey(order, stopOf(engine, Id))
  stopping.limit(withTimeLeft(order))
  const exited = waitForExit(engine, Id)
  const why = whyWithheld(streams, unknown)
  if (why === undefined) await captureLog({ engine, order, stopping, recorder }, Id, streams ?? new Map())
  else await recorder.notice(`Its output from here on is not kept: ${why}.`)
  await exited
  const asked = stopping.end() ?? (isStopNoted(order.folder) ? stoppedHard : undefined)
  return asked ?? outcomeOf(await untilAnswered(() => stateOf(engine, Id)), HostConfig)
}

const stoppedHard: Outcome = { end: 'stopped', signal: 'SIGKILL' }

function whyWithheld(
  streams: ReadonlyMap<Stream, number> | undefined,
  unknown: readonly string[],
): string | undefined {
  if (unknown.length > 0) {
    return `the value of ${unknown.join(', ')} went with the supervisor, so that it could not be redacted`
  }
  return streams === undefined ? 'the quota has cut into it, so that its place is not known' : undefined
}

/** The engine has kept all that came; what the journal has of it is skipped. */
async function captureLog(
  { engine, order, recorder }: Work,
  id: string,
  kept: ReadonlyMap<Stream, number>,
): Promise<void> {
  const query = { follow: true, stdout: true, stderr: true }
  const log = await engine.stream(enginePath`/containers/${id}/logs`, { query })
  const output = new TwinOutput(order.takesOver.nonce, (report) => void recorder.progress(report))
  const taken = output.take(demultiplex(log)).finally(() => output.end())
  const isMerged = order.output === 'merged'
  const [stdout, stderr] = isMerged ? (['merged', 'merged'] as const) : (['stdout', 'stderr'] as const)
  await Promise.all([
    taken.catch(() => recorder.notice("The engine's log could not be read to its end.")),
    recorder.capture(output.stdout, stdout, kept.get(stdout)),
    // one that is merged comes over stdout alone
    recorder.capture(output.stderr, stderr, isMerged ? 0 : kept.get(stderr)),
  ])
}

/** What a limit leaves, counted from the task's beginning; a moment where it is up. */
function withTimeLeft(order: TakeoverOrder): TakeoverOrder {
  const startedAt = readLook(order.folder).started?.at ?? Date.now()
  const { timeoutMs } = order
  return timeoutMs === undefined
    ? order
    : { ...order, timeoutMs: Math.max(1, timeoutMs - (Date.now() - startedAt)) }
}

/**
 * What must not be seen, found again in the twin's variables. Names without a value there (a parameter, a URL in a file)
 * are unknown: their values were in the memory of the supervisor that was killed.
 */
async function secretsIn(
  engine: Engine,
  container: ContainerInspect,
  hidden: readonly string[],
): Promise<{ readonly secrets: readonly Secret[]; readonly unknown: readonly string[] }> {
  const variables = new Map([
    ...(container.Config.Env ?? []).map(splitPair),
    ...(await variablesNow(engine, container)),
  ])
  return {
    secrets: secretsOf(variables, hidden),
    unknown: hidden.filter((name) => !variables.has(name)),
  }
}

/** What the entrypoint set, while the task is alive; nothing of a container that ended or has no shell. */
async function variablesNow(engine: Engine, container: ContainerInspect): Promise<[string, string][]> {
  if (!container.State.Running) return []
  try {
    const argv = ['/bin/sh', '-c', 'cat /proc/1/environ /proc/[0-9]*/environ 2> /dev/null'] as const
    const limits = { signal: new AbortController().signal, limitMs: 10_000 }
    const { stdout } = await execIn(engine, container.Id, { argv, input: '' }, limits)
    return stdout
      .split('\0')
      .filter((pair) => pair.indexOf('=') > 0)
      .map(splitPair)
  } catch {
    return []
  }
}
