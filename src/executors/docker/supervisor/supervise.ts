import type { Duplex } from 'node:stream'
import { PurserError, reasonOf } from '../../../core/errors.ts'
import type { Json } from '../../../core/json.ts'
import { duration } from '../../../core/text.ts'
import { goAhead } from '../../../environment/probe/script.ts'
import { closeJournal } from '../../../runs/journal/post-mortem.ts'
import type { Outcome } from '../../../runs/outcomes.ts'
import { describeHold, takeHold } from '../../../supervision/holder.ts'
import { readLook } from '../../../supervision/look-file.ts'
import type { Superior } from '../../../supervision/orders.ts'
import { Recorder } from '../../../supervision/recorder.ts'
import { StopRequests } from '../../../supervision/stop-requests.ts'
import type { Judgement } from '../../executor.ts'
import type { Guard } from '../apart/guard.ts'
import {
  attachTo,
  createContainer,
  removeContainer,
  startContainer,
  stateOf,
  stopOf,
  waitForExit,
} from '../containers/container.ts'
import { untilAnswered } from '../containers/patience.ts'
import type { Engine } from '../engine/engine.ts'
import { openEngine } from '../engine/open-engine.ts'
import { outputOf } from './container-output.ts'
import { detailsOf } from './details.ts'
import { noteEnd } from './ended-file.ts'
import { guarded, keptBy } from './guarded.ts'
import type { DockerOrder } from './order.ts'
import { whatBecameOf } from './outcome.ts'
import { TwinOutput } from './twin-output.ts'
import { entrypointLimitMs, within } from './within.ts'

/** Carries out one attempt, from its container's making to its last frame. Nothing is done when somebody else holds it. */
export async function supervise(order: DockerOrder, superior: Superior): Promise<void> {
  const stopping = new StopRequests()
  if (!takeHold(order.folder, describeHold(order, detailsOf(order)))) return
  let outcome: Outcome | undefined
  try {
    using engine = await openEngine(order.engine, process.env)
    engine.apiVersion().catch(() => {}) // asked for meanwhile; told to whoever needs it
    const recorder = await Recorder.open(order)
    outcome = await carryOut({ order, superior, stopping, recorder, engine })
    await recorder.end(outcome)
  } catch (error) {
    await closeJournal(order.folder, outcome ?? { end: 'unstartable', why: sentenceOf(error) })
    throw error
  }
}

interface Work {
  readonly order: DockerOrder
  readonly superior: Superior
  readonly stopping: StopRequests
  readonly recorder: Recorder
  readonly engine: Engine
}

async function carryOut(work: Work): Promise<Outcome> {
  const { engine, order } = work
  const container: Made = {}
  const outcome = await attempt(work, container)
  noteEnd(order.folder, outcome)
  await removeOrLeave(engine, container.id ?? order.name)
  await container.guard?.end().catch(() => {}) // swept by a later command
  return outcome
}

/** What there is of an attempt. */
interface Made {
  id?: string
  guard?: Guard | undefined
}

/** Runs to an outcome whatever fails. What fails after the task has begun leaves its end unknown, and ends it. */
async function attempt(work: Work, container: Made): Promise<Outcome> {
  const { engine, order } = work
  try {
    container.guard = await guarded(work)
    const made = container.guard === undefined ? order : keptBy(container.guard, order)
    container.id = await createContainer(engine, made)
    const watched = watchOver(work, container.id)
    watched.catch(() => {}) // told when it is waited for
    const outcome = await Promise.race([
      watched,
      ...(container.guard === undefined ? [] : [container.guard.broken]),
    ])
    await container.guard?.settled()
    return outcome
  } catch (error) {
    const why = sentenceOf(error)
    if (readLook(order.folder).started === undefined) return { end: 'unstartable', why }
    await stopOf(engine, container.id ?? order.name).kill()
    await waitForExit(engine, container.id ?? order.name)
    return { end: 'lost', why: `${why} It was ended; nothing of it is alive.` }
  }
}

/** What can't be removed now is swept by a later command. */
async function removeOrLeave(engine: Engine, container: string): Promise<void> {
  try {
    await untilAnswered(() => removeContainer(engine, container))
  } catch {
    // the engine says no: it may be in somebody else's hands
  }
}

/** What a failure before the task's start says, and what to do. */
function sentenceOf(error: unknown): string {
  return error instanceof PurserError ? `${error.message} ${error.remedy}` : reasonOf(error)
}

async function watchOver(work: Work, id: string): Promise<Outcome> {
  const { engine, order, stopping, recorder } = work
  const connection = await attachTo(engine, id)
  const output = new TwinOutput(order.nonce, (report) => void recorder.progress(report))
  await startContainer(engine, id)
  const taken = output.take(outputOf(engine, id, connection)).finally(() => output.end())
  taken.catch(() => {}) // told when it is waited for
  stopping.obey(order, stopOf(engine, id))
  const exited = waitForExit(engine, id)
  exited.catch(() => {}) // told when it is waited for
  connection.write(order.script)

  const judged = await untilJudged(work, id, output.answer)
  // a process 1 without a handler is deaf to SIGTERM: what was stopped meanwhile never begins
  const start = stopping.asked === undefined ? judged : { refused: stopping.asked }
  const begun = 'refused' in start ? start : await begin(work, id, connection, start.judgement)
  if (begun !== undefined) await stopOf(engine, id).kill()
  const captured = [
    recorder.capture(output.stdout, order.output === 'merged' ? 'merged' : 'stdout'),
    recorder.capture(output.stderr, order.output === 'merged' ? 'merged' : 'stderr'),
  ]
  await exited
  const asked = await stopping.end()
  const state = await untilAnswered(() => stateOf(engine, id))
  await taken.catch((error: unknown) =>
    recorder.notice(`The rest of the output is missing: ${reasonOf(error)}.`),
  )
  await Promise.all(captured)
  connection.destroy()
  if (asked !== undefined) return asked
  if (begun !== undefined) return begun.refused
  return whatBecameOf(state, output, order.body.HostConfig)
}

type Start = { readonly judgement: Judgement } | { readonly refused: Outcome }

/** Waits for the probe behind the entrypoint, and has the twin judged. */
async function untilJudged(
  { superior, order }: Work,
  id: string,
  answer: Promise<string | undefined>,
): Promise<Start> {
  const probe = await within(entrypointLimitMs, answer)
  if (probe === 'late') return { refused: { end: 'unstartable', why: entrypointIsLate } }
  if (probe === undefined) return { refused: { end: 'unstartable', why: entrypointEnded } }
  if (!order.isJudged) return { judgement: { refusals: [] } }
  const judgement = (await superior.ask({ container: id, probe })) as unknown as Judgement | undefined
  if (judgement === undefined) return { refused: { end: 'unstartable', why: nobodyJudged } }
  return judgement.refusals.length === 0 ? { judgement } : { refused: { end: 'refused', ...judgement } }
}

const entrypointIsLate = `its entrypoint did not come to the command within ${duration(entrypointLimitMs)}; where it is the app, migrates by itself, or ignores its command, say \`entrypoint: 'skip'\` in \`docker({ … })\``
const entrypointEnded =
  'its entrypoint ended before it came to the command; what it printed may say why. Nothing of the task ran'
const nobodyJudged =
  'the purser that was starting it died before it had compared the twin; nothing of the task ran'

/** The task's first instruction comes after this; nothing where it is to come, else why it never will. */
async function begin(
  { recorder, engine, order, stopping }: Work,
  id: string,
  connection: Duplex,
  { parity }: Judgement,
): Promise<{ readonly refused: Outcome } | undefined> {
  const state = await stateOf(engine, id)
  if (state?.Running !== true) return { refused: { end: 'unstartable', why: endedWhileJudged } }
  await recorder.started({
    pid: state.Pid,
    containment: 'exact',
    ...(parity === undefined ? {} : { parity }),
  })
  // a full disk: whoever found it again would take it for one that never began
  if (readLook(order.folder).started === undefined)
    return { refused: { end: 'unstartable', why: notRecorded } }
  if (stopping.asked !== undefined) return { refused: stopping.asked }
  stopping.limit(order)
  const assignment = order.assignment as unknown as Json | undefined
  connection.end(
    [goAhead(order.nonce), ...(assignment === undefined ? [] : [JSON.stringify(assignment)]), ''].join('\n'),
  )
  return undefined
}

const endedWhileJudged = 'its container ended while it was compared with the app; nothing of the task ran'
const notRecorded = 'that it begins could not be recorded, since the disk is full; nothing of the task ran'
