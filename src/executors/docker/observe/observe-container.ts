import { byteSize } from '../../../core/text.ts'
import type { Fact } from '../../../environment/release.ts'
import type { Observed } from '../../executor.ts'
import type { Engine } from '../engine/engine.ts'
import type { ContainerInspect, ContainerListed, ImageInspect } from '../engine/types.ts'
import { type HelperImage, isOurs } from '../labels.ts'
import { engineFacts } from '../probe/engine-facts.ts'
import type { Probed } from '../probe/probed.ts'
import { nameOf } from '../release/skews.ts'
import { namesOf } from '../twin/variables.ts'
import { dialFrom } from './dial.ts'

export interface Observation {
  readonly container: ContainerInspect
  readonly image: ImageInspect
  /** All containers of the engine. */
  readonly neighbours: readonly ContainerListed[]
  /** Those of the app, none of which is beside another. */
  readonly serving: readonly Pick<ContainerInspect, 'Id'>[]
  /** What was seen from inside. */
  readonly probed: Pick<Probed, 'facts' | 'hasShell' | 'room'>
  /** What was changed in its writable layer, where that was asked for. */
  readonly changes?: Fact
  readonly helper: HelperImage
  /** What Purser itself made different, and why. */
  readonly own: ReadonlyMap<string, string>
}

/** What a server may change by itself when it starts; what its container was asked to have is compared. */
const ofTheProcess: ReadonlySet<string> = new Set(['working-directory'])

/** Puts together what was seen from inside and what the engine tells. */
export function observeContainer(engine: Engine, observation: Observation): Observed {
  const { container, image, neighbours, serving, probed, helper, own } = observation
  const ours = neighbours.filter(({ Labels }) => isOurs(Labels))
  const except = new Set([...ours, ...serving].map(({ Id }) => Id))
  const fleet = { neighbours, except }
  return {
    id: nameOf(container),
    facts: new Map([
      ...engineFacts(container, image, fleet),
      ...[...probed.facts].filter(([id]) => !ofTheProcess.has(id)),
      ...recorded(observation),
    ]),
    configured: namesOf(container.Config.Env ?? []),
    own,
    dial: (...address) => dialFrom(engine, { container, hasShell: probed.hasShell, helper }, ...address),
  }
}

/** What is kept with a run and not compared. */
function recorded({ probed: { room }, changes }: Observation): (readonly [string, Fact])[] {
  const { diskBytes } = room
  const disk: Fact =
    diskBytes === undefined
      ? { unseen: 'df tells nothing there' }
      : { value: byteSize(diskBytes), source: 'df' }
  return [['disk-space', disk], ...(changes === undefined ? [] : [['writable-layer', changes] as const])]
}
