import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { reasonOf } from '../../../core/errors.ts'
import { count } from '../../../core/text.ts'
import { closeJournal } from '../../../runs/journal/post-mortem.ts'
import type { Outcome } from '../../../runs/outcomes.ts'
import { describeHold, takeHold } from '../../../supervision/holder.ts'
import { Recorder } from '../../../supervision/recorder.ts'
import { type Stoppable, StopRequests } from '../../../supervision/stop-requests.ts'
import type { Keeper } from '../apart/keeper.ts'
import { makeCgroup } from './cgroup.ts'
import { converse } from './channel.ts'
import { type Containment, emptied, signalAll } from './containment.ts'
import type { LocalOrder } from './order.ts'
import { startTask } from './start-task.ts'
import { followTraces } from './traces.ts'

// How long what a task left behind may go on writing (a `tee` at the end of its pipe) before it is ended.
const leftBehindMs = 1_000

/** Carries out one attempt, from its first process to its last frame. Nothing is done when somebody else holds it. */
export async function supervise(order: LocalOrder): Promise<void> {
  const stopping = new StopRequests()
  const task: Task = { child: undefined }
  const cgroup = makeCgroup(order.attempt)
  const containment = cgroup ?? followTraces(order.attempt, () => task.child?.pid)
  try {
    if (takeHold(order.folder, describeHold(order, cgroup === undefined ? {} : { cgroup: cgroup.folder }))) {
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
  order: LocalOrder,
  containment: Containment,
  stopping: StopRequests,
  task: Task,
): Promise<void> {
  const recorder = await Recorder.open(order)
  const keeper = await keptApart(order, recorder)
  const { child, pipes, channel } = startTask(order, containment, keeper)
  task.child = child
  const ended = endOf(child)
  stopping.obey(order, stoppable(containment))
  stopping.limit(order)
  if (child.pid !== undefined) {
    await recorder.started({ pid: child.pid, containment: containment.exactness })
  }
  const captured = pipes.map(({ output, stream }) => recorder.capture(output, stream))
  const conversed = converse(channel, order.assignment, (report) => recorder.progress(report))
  const told = Promise.all([...captured, conversed])

  const outcome = await (keeper === undefined ? ended : Promise.race([ended, keeper.broken]))
  const asked = await stopping.end()
  await endWhatIsLeft(containment, recorder)
  for (const { output } of pipes) setTimeout(() => output.destroy(), leftBehindMs)
  setTimeout(() => channel?.destroy(), leftBehindMs)
  await told
  await keeper?.settled()
  keeper?.end()
  await recorder.end(asked ?? outcome)
}

async function keptApart({ folder, apart }: LocalOrder, recorder: Recorder): Promise<Keeper | undefined> {
  if (apart === undefined) return undefined
  const { keepTwinApart } = await import('../apart/keep-twin-apart.ts')
  return keepTwinApart(folder, apart.wire, (to) => recorder.escape(to))
}

function stoppable(containment: Containment): Stoppable {
  return {
    ask: async () => {
      signalAll(containment, 'SIGTERM')
      signalAll(containment, 'SIGCONT') // what is suspended can't act on SIGTERM
      return true
    },
    kill: async () => {
      await containment.kill()
      return true
    },
  }
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

async function endWhatIsLeft(containment: Containment, recorder: Recorder): Promise<void> {
  if (await emptied(containment, leftBehindMs)) return
  const left = containment.members().length
  await containment.kill()
  await recorder.notice(
    `${count(left, 'process', 'processes')} that the task left behind ${left === 1 ? 'was' : 'were'} ended.`,
  )
}
