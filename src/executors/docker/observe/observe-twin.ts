import { PurserError } from '../../../core/errors.ts'
import type { ComparisonKey } from '../../../environment/probe/keyed.ts'
import { parseProbe } from '../../../environment/probe/parse.ts'
import type { Observed } from '../../executor.ts'
import type { Engine } from '../engine/engine.ts'
import type { ContainerInspect } from '../engine/types.ts'
import type { HelperImage } from '../labels.ts'
import { complete, type Probed } from '../probe/probed.ts'
import type { DockerRelease } from '../release/docker-release.ts'
import { withNodeAnswers } from './node-in-twin.ts'
import { observeContainer } from './observe-container.ts'

/** What a twin was made from, and is compared with. */
export interface TwinBackground {
  readonly release: DockerRelease
  readonly key: ComparisonKey
  readonly helper: HelperImage
  /** What Purser itself made different in it, and why. */
  readonly own: ReadonlyMap<string, string>
  /** What was seen of the app that it was made after. */
  readonly model: Probed
}

/** A twin by what its probe printed. Throws `PROBE_FAILED`, and `COMMAND_NOT_FOUND` where it can't become its command. */
export async function observeTwin(
  engine: Engine,
  container: ContainerInspect,
  { text, nonce }: { readonly text: string; readonly nonce: string },
  { release, key, helper, own, model }: TwinBackground,
): Promise<Observed> {
  const { facts: seen, process, room } = complete(container, parseProbe(text, { nonce, key }))
  if (process.program === undefined) throw commandNotFound(container.Config.Cmd ?? [])
  const facts = await withNodeAnswers(engine, container, { seen, process, model: model.facts, key, helper })
  return observeContainer(engine, {
    container,
    image: release.image,
    neighbours: release.neighbours,
    serving: release.containers,
    probed: { facts, room, hasShell: model.hasShell },
    helper,
    own,
  })
}

function commandNotFound(command: readonly string[]): PurserError {
  const program = command[command.indexOf('--') + 1] ?? ''
  return new PurserError('COMMAND_NOT_FOUND', {
    message: `The program "${program}" is not in the image, or not on the app's PATH.`,
    remedy: 'Name it by its path in the image, or build it in. Nothing of the task ran.',
  })
}
