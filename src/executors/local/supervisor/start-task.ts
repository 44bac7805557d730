import { type ChildProcess, spawn } from 'node:child_process'
import type { Duplex } from 'node:stream'
import type { Stream } from '../../../runs/frames.ts'
import type { Keeper } from '../apart/keeper.ts'
import type { Containment } from './containment.ts'
import type { LocalOrder } from './order.ts'
import { closeWriteEnds, makePipes, type Pipe } from './pipes.ts'
import { marker } from './traces.ts'

/** A task's process, and what we hear of it. */
export interface StartedTask {
  readonly child: ChildProcess
  readonly pipes: readonly Pipe[]
  /** To and from the release side; a command of no task has none. */
  readonly channel: Duplex | undefined
}

/** Starts the task inside its containment, with a pipe for each of its streams; apart, where somebody keeps it so. */
export function startTask(
  order: LocalOrder,
  containment: Containment,
  keeper: Keeper | undefined,
): StartedTask {
  const streams: readonly Stream[] = order.output === 'merged' ? ['merged'] : ['stdout', 'stderr']
  const pipes = makePipes(order.folder, streams, order.uid)
  const child = containment.inside(() => spawnTask(order, keeper, pipes))
  closeWriteEnds(pipes)
  return { child, pipes, channel: order.assignment && (child.stdio[3] as Duplex) }
}

function spawnTask(order: LocalOrder, keeper: Keeper | undefined, pipes: readonly Pipe[]): ChildProcess {
  const [program = '', ...args] = [...(keeper?.entering(order.workingDirectory) ?? []), ...order.argv]
  process.umask(order.umask)
  try {
    return spawn(program, args, {
      cwd: order.workingDirectory,
      env: { ...order.variables, [marker]: order.attempt },
      detached: true, // a session of its own: our signals and terminals are not the task's
      stdio: [
        'ignore',
        pipes[0]?.writeEnd,
        (pipes[1] ?? pipes[0])?.writeEnd,
        order.assignment === undefined ? 'ignore' : 'pipe',
      ],
    })
  } finally {
    process.umask(0o077)
  }
}
