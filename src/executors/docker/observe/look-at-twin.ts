import { PurserError } from '../../../core/errors.ts'
import { duration } from '../../../core/text.ts'
import type { ComparisonKey } from '../../../environment/probe/keyed.ts'
import { parseProbe } from '../../../environment/probe/parse.ts'
import type { Observed } from '../../executor.ts'
import { attachTo, createContainer, removeContainer, startContainer } from '../containers/container.ts'
import { demultiplex } from '../engine/demux.ts'
import type { Engine } from '../engine/engine.ts'
import type { HelperImage } from '../labels.ts'
import { complete, type Probed } from '../probe/probed.ts'
import { type DockerRelease, inspectContainer } from '../release/docker-release.ts'
import { TwinOutput } from '../supervisor/twin-output.ts'
import { entrypointLimitMs, within } from '../supervisor/within.ts'
import type { TwinPlanner } from '../twin/twin-planner.ts'
import { withNodeAnswers } from './node-in-twin.ts'
import { observeContainer } from './observe-container.ts'

interface Looking {
  readonly release: DockerRelease
  readonly key: ComparisonKey
  readonly helper: HelperImage
  readonly signal: AbortSignal
  /** What was seen of the app that the twin was made after. */
  readonly model: Probed
}

/** Starts a twin that never begins with a task, and looks at it. It is removed when it is disposed of. */
export async function lookAtTwin(
  engine: Engine,
  planner: TwinPlanner,
  { release, key, helper, signal, model }: Looking,
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
    const { facts: seen, process, room } = complete(container, parseProbe(answer, { nonce: twin.nonce, key }))
    const facts = await withNodeAnswers(engine, container, { seen, process, model: model.facts, key, helper })
    const observed = observeContainer(engine, {
      container,
      image: release.image,
      neighbours: release.neighbours,
      serving: release.containers,
      probed: { facts, room, hasShell: model.hasShell },
      helper,
      own: planner.own,
    })
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
