import { count } from '../../../core/text.ts'
import type { ContainerInspect, ContainerListed, ImageInspect } from '../engine/types.ts'
import { hostnameNotice } from '../twin/hostname.ts'
import { singleWriterNotice } from '../twin/mounts.ts'
import { nameOf } from './skews.ts'

/** What was found of a release. */
interface Seen {
  /** The app's containers, in whatever state. */
  readonly listed: readonly ContainerListed[]
  /** What twins are made after. */
  readonly model: ContainerInspect
  readonly serving: ImageInspect
  readonly candidate: ImageInspect | undefined
  /** All containers of the engine that run. */
  readonly neighbours: readonly ContainerListed[]
  /** Paths that twins may not write to. */
  readonly readOnly: readonly string[]
}

/** What the operator should know of a release before a run in it starts. */
export function noticesOf(seen: Seen): readonly string[] {
  const { model, neighbours, readOnly } = seen
  return [
    pausedNotice(seen),
    ...unwellNotices(seen),
    candidateNotice(seen),
    singleWriterNotice(model, neighbours, readOnly),
    hostnameNotice(model),
  ].filter((notice) => notice !== undefined)
}

function pausedNotice({ listed }: Seen): string | undefined {
  const paused = listed.filter(({ State }) => State === 'paused').length
  if (paused === 0) return undefined
  return `${count(paused, 'container')} of the app ${paused === 1 ? 'is' : 'are'} paused.`
}

function unwellNotices({ listed }: Seen): string[] {
  const unwell = listed.filter(({ Status }) => Status.includes('(unhealthy)'))
  return unwell.map(({ Names }) => `Container ${Names[0]?.slice(1)} of the app is unhealthy.`)
}

function candidateNotice({ candidate, serving, model }: Seen): string | undefined {
  if (candidate === undefined) return undefined
  return `The image is the candidate ${candidate.Id.slice(0, 19)}, not ${serving.Id.slice(0, 19)} that serves in ${nameOf(model)}.`
}
