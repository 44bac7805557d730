import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { reasonOf } from '../../../core/errors.ts'
import { createRedactor, type Redactor } from '../../../core/redaction/redactor.ts'
import { count } from '../../../core/text.ts'
import { closeJournal } from '../../../runs/journal/post-mortem.ts'
import { type Journal, openJournal } from '../../../runs/journal/writer.ts'
import type { Outcome } from '../../../runs/outcomes.ts'
import type { Report } from '../../../runs/reports.ts'
import { identify } from '../proc/identity.ts'
import { capture } from './capture.ts'
import { makeCgroup } from './cgroup.ts'
import { converse } from './channel.ts'
import { type Containment, emptied } from './containment.ts'
import { type Supervision, takeHold } from './holder.ts'
import { LookKeeper } from './look-keeper.ts'
import type { Order } from './order.ts'
import { startTask } from './start-task.ts'
import { StopRequests } from './stop-requests.ts'
import { followTraces } from './traces.ts'

// How long what a task left behind may go on writing (a `tee` at the end of its pipe) before it is ended.
const leftBehindMs = 1_000
const longestLabel = 100

/** Carries out one attempt, from its first process to its last frame. Nothing is done when somebody else holds it. */
export async function supervise(order: Order): Promise<void> {
  const stopping = new StopRequests()
  const task: Task = { child: undefined }
  const cgroup = makeCgroup(order.attempt)
  const containment = cgroup ?? followTraces(order.attempt, () => task.child?.pid)
  try {
    if (takeHold(order.folder, describeHold(order, cgroup?.folder))) {
      await carryOut(order, containment, stopping, task)
    }
  } catch (error) {
    await containment.kill()
    await closeJournal(order.folder, failureOf(error, task))
    throw error
  } finally {
    await containment.remove()
  }
}

/** The task's process, once there is one. */
interface Task {
  child: ChildProcess | undefined
}

async function carryOut(
  order: Order,
  containment: Containment,
  stopping: StopRequests,
  task: Task,
): Promise<void> {
  const redactor = createRedactor(order.secrets)
  const journal = await openJournal(order.folder, { quotaBytes: order.quotaBytes, now: Date.now })
  const look = new LookKeeper(order.folder)
  if (redactor.tooShort.length > 0) await journal.append({ kind: 'notice', text: tooShortNotice(redactor) })

  const { child, pipes, channel } = startTask(order, containment)
  task.child = child
  const ended = endOf(child)
  stopping.obey(order, containment)
  if (child.pid !== undefined) {
    const { exactness } = containment
    look.started(await journal.append({ kind: 'started', pid: child.pid, containment: exactness }))
  }
  const captured = pipes.map(({ output, stream }) => capture(output, stream, redactor, journal))
  const conversed = converse(channel, order.assignment, async (report) => {
    look.progress(await journal.append(redactReport(report, redactor)))
  })
  const told = Promise.all([...captured, conversed])

  const outcome = await ended
  const asked = stopping.end()
  await endWhatIsLeft(containment, journal)
  for (const { output } of pipes) setTimeout(() => output.destroy(), leftBehindMs)
  setTimeout(() => channel?.destroy(), leftBehindMs)
  await told
  look.ended(await journal.outcome(asked ?? outcome))
}

function describeHold({ graceMs }: Order, cgroup: string | undefined): Supervision {
  const supervisor = identify(process.pid)
  if (supervisor === undefined) throw new TypeError('This process has no entry in /proc.')
  return { supervisor, graceMs, ...(cgroup === undefined ? {} : { cgroup }) }
}

/** A mistake of ours, or a machine without room: what it meant to the task. */
function failureOf(error: unknown, { child }: Task): Outcome {
  if (child === undefined) return { end: 'unstartable', why: reasonOf(error) }
  return { end: 'lost', why: `its supervisor failed (${reasonOf(error)}); nothing of it is alive` }
}

async function endOf(child: ChildProcess): Promise<Outcome> {
  try {
    const [code, signal] = await once(child, 'exit')
    return signal === null ? { end: 'exited', code } : { end: 'killed', signal }
  } catch (error) {
    return { end: 'unstartable', why: reasonOf(error) }
  }
}

async function endWhatIsLeft(containment: Containment, journal: Journal): Promise<void> {
  if (await emptied(containment, leftBehindMs)) return
  const left = containment.members().length
  await containment.kill()
  const text = `${count(left, 'process', 'processes')} that the task left behind ${left === 1 ? 'was' : 'were'} ended.`
  await journal.append({ kind: 'notice', text })
}

function redactReport({ label, ...report }: Report, redactor: Redactor): Report {
  return label === undefined ? report : { ...report, label: redactor.text(label).slice(0, longestLabel) }
}

function tooShortNotice({ tooShort }: Redactor): string {
  return `Not redacted, because it is too short or too ordinary a word: the value of ${tooShort.join(', ')}.`
}
