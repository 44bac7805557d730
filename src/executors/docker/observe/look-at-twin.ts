import { PurserError } from '../../../core/errors.ts'
import { duration } from '../../../core/text.ts'
import type { Observed } from '../../executor.ts'
import { attachTo, createContainer, removeContainer, startContainer } from '../containers/container.ts'
import { demultiplex } from '../engine/demux.ts'
import type { Engine } from '../engine/engine.ts'
import { inspectContainer } from '../release/docker-release.ts'
import { TwinOutput } from '../supervisor/twin-output.ts'
import { entrypointLimitMs, within } from '../supervisor/within.ts'
import type { TwinPlanner } from '../twin/twin-planner.ts'
import { observeTwin, type TwinBackground } from './observe-twin.ts'

interface Looking extends Omit<TwinBackground, 'own'> {
  readonly signal: AbortSignal
}

/** Starts a twin that never begins with a task, and looks at it. It is removed when it is disposed of. */
export async function lookAtTwin(
  engine: Engine,
  planner: TwinPlanner,
  { signal, ...background }: Looking,
): Promise<Observed & AsyncDisposable> {
  const twin = planner.idle()
  const id = await createContainer(engine, twin)
  const dispose = () => removeContainer(engine, id)
  signal.addEventListener('abort', () => void dispose().catch(() => {}), { once: true })
  try {
    const connection = await attachTo(engine, id)
    const output = new TwinOutput(twin.nonce, () => {})
    output.stdout.resume()
    output.stderr.resume()
    const taken = output.take(demultiplex(connection)).finally(() => output.end())
    taken.catch(() => {}) // removed while it was looked at: there is no answer
    await startContainer(engine, id)
    connection.write(twin.script)
    const answer = await within(entrypointLimitMs, output.answer)
    const container = await inspectContainer(engine, id)
    if (answer === 'late')
      throw unseen(`The twin could not be looked at within ${duration(entrypointLimitMs)}`)
    if (answer === undefined || container === undefined)
      throw unseen('The twin ended before it could be looked at')
    const probe = { text: answer, nonce: twin.nonce }
    const observed = await observeTwin(engine, container, probe, { ...background, own: planner.own() })
    return { ...observed, [Symbol.asyncDispose]: dispose }
  } catch (error) {
    await dispose()
    throw error
  }
}

function unseen(how: string): PurserError {
  return new PurserError('PROBE_FAILED', {
    message: `${how}: its entrypoint did not come to the command.`,
    remedy: "Where it must not run before a task, say `entrypoint: 'skip'` in `docker({ … })`.",
  })
}
