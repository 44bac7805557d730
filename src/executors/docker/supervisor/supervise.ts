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
import type { Engine } from '../engine/engine.ts'
import { openEngine } from '../engine/open-engine.ts'
import { outputOf } from './container-output.ts'
import { detailsOf } from './details.ts'
import { noteEnd } from './ended-file.ts'
import type { DockerOrder } from './order.ts'
import { outcomeOf } from './outcome.ts'
import { untilAnswered } from './patience.ts'
import {
  attachTo,
  createTwin,
  removeTwin,
  signalTwin,
  startTwin,
  stateOf,
  stopOf,
  waitForExit,
} from './twin-container.ts'
import { TwinOutput } from './twin-output.ts'
import { entrypointLimitMs, within } from './within.ts'

/** Carries out one attempt, from its container's making to its last frame. Nothing is done when somebody else holds it. */
export async function supervise(order: DockerOrder, superior: Superior): Promise<void> {
  const stopping = new StopRequests()
  if (!takeHold(order.folder, describeHold(order, detailsOf(order)))) return
  const recorder = await Recorder.open(order)
  try {
    using engine = await openEngine(order.engine, process.env)
    await recorder.end(await carryOut({ order, superior, stopping, recorder, engine }))
  } catch (error) {
    await closeJournal(order.folder, { end: 'unstartable', why: sentenceOf(error) })
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
  let id: string | undefined
  const outcome = await attempt(async () => {
    id = await createTwin(engine, order)
    return watchOver(work, id)
  }, order)
  noteEnd(order.folder, outcome)
  await removeOrLeave(engine, id ?? order.name)
  return outcome
}

/** Runs to an outcome whatever fails. What fails after the task has begun leaves its end unknown. */
async function attempt(run: () => Promise<Outcome>, { folder }: DockerOrder): Promise<Outcome> {
  try {
    return await run()
  } catch (error) {
    const why = sentenceOf(error)
    const hasBegun = readLook(folder).started !== undefined
    return hasBegun ? { end: 'lost', why: `${why} Nothing of it is alive.` } : { end: 'unstartable', why }
  }
}

/** What can't be removed now is swept by a later command. */
async function removeOrLeave(engine: Engine, container: string): Promise<void> {
  try {
    await untilAnswered(() => removeTwin(engine, container))
  } catch {
    // the engine's own trouble
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
  await startTwin(engine, id)
  const taken = output.take(outputOf(engine, id, connection)).finally(() => output.end())
  taken.catch(() => {}) // told when it is waited for
  stopping.obey(order, stopOf(engine, id))
  const exited = waitForExit(engine, id)
  connection.write(order.script)

  const judged = await untilJudged(work, id, output.answer)
  // a process 1 without a handler is deaf to SIGTERM: what was stopped meanwhile never begins
  const start = stopping.asked === undefined ? judged : { refused: stopping.asked }
  if ('refused' in start) await signalTwin(engine, id, 'SIGKILL')
  else await begin(work, id, connection, start.judgement)
  const captured = [
    recorder.capture(output.stdout, order.output === 'merged' ? 'merged' : 'stdout'),
    recorder.capture(output.stderr, order.output === 'merged' ? 'merged' : 'stderr'),
  ]
  await exited
  const asked = stopping.end()
  const state = await untilAnswered(() => stateOf(engine, id))
  await taken
  await Promise.all(captured)
  connection.destroy()
  if ('refused' in start) return asked ?? start.refused
  return asked ?? outcomeOf(state, order.body.HostConfig)
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

/** The task's first instruction comes after this. */
async function begin(
  { recorder, engine, order, stopping }: Work,
  id: string,
  connection: Duplex,
  { parity }: Judgement,
): Promise<void> {
  const pid = (await stateOf(engine, id))?.Pid ?? 0
  await recorder.started({ pid, containment: 'exact', ...(parity === undefined ? {} : { parity }) })
  stopping.limit(order)
  const assignment = order.assignment as unknown as Json | undefined
  connection.end(
    [goAhead(order.nonce), ...(assignment === undefined ? [] : [JSON.stringify(assignment)]), ''].join('\n'),
  )
}
