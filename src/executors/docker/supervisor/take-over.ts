import { reasonOf } from '../../../core/errors.ts'
import type { Stream } from '../../../runs/frames.ts'
import type { Outcome } from '../../../runs/outcomes.ts'
import type { Report } from '../../../runs/reports.ts'
import { describeHold, takeHold } from '../../../supervision/holder.ts'
import { readLook } from '../../../supervision/look-file.ts'
import { Recorder } from '../../../supervision/recorder.ts'
import { isStopNoted } from '../../../supervision/stop-note.ts'
import { StopRequests } from '../../../supervision/stop-requests.ts'
import { removeContainer, stateOf, stopOf, waitForExit } from '../containers/container.ts'
import { untilAnswered } from '../containers/patience.ts'
import type { Engine } from '../engine/engine.ts'
import { openEngine } from '../engine/open-engine.ts'
import type { ContainerInspect } from '../engine/types.ts'
import { execIn } from '../probe/exec.ts'
import { splitPair } from '../probe/read-variables.ts'
import { inspectContainer } from '../release/docker-release.ts'
import { logKeeps, logOf } from './container-output.ts'
import { noteEnd } from './ended-file.ts'
import { findSecrets, type HiddenSecret } from './hidden-secrets.ts'
import type { TakeoverOrder } from './order.ts'
import { outcomeOf, whatBecameOf } from './outcome.ts'
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
  await untilAnswered(() => removeContainer(engine, order.takesOver.container)).catch(() => {}) // swept later
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
  const work = { engine, order, stopping, recorder }
  if (why !== undefined) await recorder.notice(`Its output from here on is not kept: ${why}.`)
  const output =
    why === undefined ? await captureLog(work, Id, streams ?? new Map()) : await hearLog(work, Id)
  await exited
  const asked = (await stopping.end()) ?? (isStopNoted(order.folder) ? stoppedHard : undefined)
  return asked ?? whatBecameOf(await untilAnswered(() => stateOf(engine, Id)), output, HostConfig)
}

const stoppedHard: Outcome = { end: 'stopped', signal: 'SIGKILL' }

function whyWithheld(
  streams: ReadonlyMap<Stream, number> | undefined,
  unknown: readonly string[],
): string | undefined {
  if (unknown.length > 0) {
    return `the value of ${unknown.join(', ')} went with the supervisor, so that it could not be redacted`
  }
  if (streams === undefined) return 'the quota has cut into it, so that its place is not known'
  const kept = [...streams.values()].reduce((sum, bytes) => sum + bytes, 0)
  return kept > logKeeps ? 'there is more of it than the engine keeps' : undefined
}

/** The engine has kept all that came; what the journal has of it is skipped. */
async function captureLog(
  { engine, order, recorder }: Work,
  id: string,
  kept: ReadonlyMap<Stream, number>,
): Promise<TwinOutput> {
  const output = new TwinOutput(order.takesOver.nonce, (report) => void recorder.progress(report))
  const taken = output.take(logOf(engine, id)).finally(() => output.end())
  const isMerged = order.output === 'merged'
  const [stdout, stderr] = isMerged ? (['merged', 'merged'] as const) : (['stdout', 'stderr'] as const)
  await Promise.all([
    taken.catch((error: unknown) =>
      recorder.notice(`The rest of the output is missing: ${reasonOf(error)}.`),
    ),
    recorder.capture(output.stdout, stdout, kept.get(stdout)),
    // one that is merged comes over stdout alone
    recorder.capture(output.stderr, stderr, isMerged ? 0 : kept.get(stderr)),
  ])
  return output
}

/**
 * Only what the release side tells in its output, as bare as can be: how a batch ends is told nowhere else. Of a log that
 * was cut it can't be told whether it began: what it exited with stands.
 */
async function hearLog({ engine, order, recorder }: Work, id: string): Promise<{ readonly hasBegun: true }> {
  const output = new TwinOutput(order.takesOver.nonce, (report) => void recorder.progress(bare(report)))
  for (const stream of [output.stdout, output.stderr]) stream.resume()
  await output.take(logOf(engine, id)).catch(() => {}) // longer than the engine keeps
  output.end()
  return { hasBegun: true }
}

/** Without the words of an error, which might not be redacted. */
function bare({ label: _, rests, ...report }: Report): Report {
  return { ...report, ...(rests === undefined ? {} : { rests: 'its lead said so' }) }
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
 * What must not be seen, found again in the twin's variables. What is not there (a parameter, a URL in a file) is unknown:
 * its value was in the memory of the supervisor that was killed.
 */
async function secretsIn(engine: Engine, container: ContainerInspect, hidden: readonly HiddenSecret[]) {
  const { first, others } = await variablesNow(engine, container)
  const stated = (container.Config.Env ?? []).map(splitPair)
  // the later wins: what process 1 has is what the task was started with, where an entrypoint has become it
  const variables = new Map([...others, ...stated, ...first])
  return findSecrets(hidden, variables)
}

type Pairs = readonly [name: string, value: string][]

const mark = '='

/** Of process 1 and of the others, while the task is alive; nothing of a container that ended or has no shell. */
async function variablesNow(
  engine: Engine,
  container: ContainerInspect,
): Promise<{ readonly first: Pairs; readonly others: Pairs }> {
  if (!container.State.Running) return { first: [], others: [] }
  try {
    const look = `cat /proc/1/environ; printf '\\000${mark}\\000'; cat /proc/[0-9]*/environ 2> /dev/null`
    const limits = { signal: new AbortController().signal, limitMs: 10_000 }
    const { stdout } = await execIn(
      engine,
      container.Id,
      { argv: ['/bin/sh', '-c', look], input: '' },
      limits,
    )
    const pairs = stdout.split('\0')
    const at = pairs.indexOf(mark)
    return { first: toPairs(pairs.slice(0, at)), others: toPairs(pairs.slice(at + 1)) }
  } catch {
    return { first: [], others: [] }
  }
}

function toPairs(pairs: readonly string[]): Pairs {
  return pairs.filter((pair) => pair.indexOf('=') > 0).map(splitPair)
}
