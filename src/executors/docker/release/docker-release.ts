import { exitCodes, PurserError } from '../../../core/errors.ts'
import type { Fact, Instance, Release } from '../../../environment/release.ts'
import type { Engine } from '../engine/engine.ts'
import { isNotFound } from '../engine/errors.ts'
import { enginePath } from '../engine/path.ts'
import type { ContainerInspect, ContainerListed, ImageInspect } from '../engine/types.ts'
import type { DockerOptions, Selector } from '../options.ts'
import { describeSelector, findContainers } from './find-containers.ts'
import { noticesOf } from './notices.ts'
import { groupsByImage, nameOf, skewsOf } from './skews.ts'

/** A release of containers: what the contract tells, and what it was read from. */
export interface DockerRelease extends Release {
  /** Those that serve, at least one; the first is the model of every twin. */
  readonly containers: readonly [ContainerInspect, ...ContainerInspect[]]
  /** What serves. */
  readonly servingImage: ImageInspect
  /** What a twin runs: what serves, or the candidate. */
  readonly image: ImageInspect
  /** All containers of the engine, for who shares what with the app. */
  readonly neighbours: readonly ContainerListed[]
}

/** Reads what serves now. Throws `APP_NOT_RUNNING`, `APP_AMBIGUOUS`, `IMAGE_MISSING`. */
export async function readDockerRelease(
  engine: Engine,
  options: DockerOptions,
  wanted: string | undefined,
): Promise<DockerRelease> {
  const listed = await findContainers(engine, options)
  const running = listed.filter(({ State }) => State === 'running')
  if (running.length === 0) throw notServing(options, listed)
  const inspected = await Promise.all(running.map(({ Id }) => inspectContainer(engine, Id)))
  const serving = groupsByImage(inspected.filter((container) => container !== undefined)).flatMap(
    ([, same]) => same,
  )
  const [model, ...others] = serving
  if (model === undefined) throw notServing(options, [])
  const [servingImage, candidate, neighbours] = await Promise.all([
    inspectImage(engine, model.Image, nameOf(model)),
    wanted === undefined ? undefined : inspectCandidate(engine, wanted),
    engine.get<readonly ContainerListed[]>('/containers/json'),
  ])
  const { readOnly = [] } = options
  return {
    digest: (candidate ?? servingImage).Id,
    instances: serving.map((container) => toInstance(container, servingImage)),
    notices: noticesOf({ listed, model, serving: servingImage, candidate, neighbours, readOnly }),
    skews: skewsOf(serving, listed),
    isMutable: isMounted(model),
    containers: [model, ...others],
    servingImage,
    image: candidate ?? servingImage,
    neighbours,
  }
}

/** `undefined` when it is gone. */
export async function inspectContainer(engine: Engine, id: string): Promise<ContainerInspect | undefined> {
  try {
    return await engine.get<ContainerInspect>(enginePath`/containers/${id}/json`)
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}

async function inspectImage(engine: Engine, id: string, container: string): Promise<ImageInspect> {
  try {
    return await engine.get<ImageInspect>(enginePath`/images/${id}/json`)
  } catch (error) {
    if (!isNotFound(error)) throw error
    throw new PurserError('IMAGE_MISSING', {
      message: `The image ${id} that container ${container} runs was deleted from the engine, so that no twin can be made of it.`,
      remedy: 'Pull or build that very image again, or deploy anew; then try again.',
      cause: error,
    })
  }
}

async function inspectCandidate(engine: Engine, candidate: string): Promise<ImageInspect> {
  try {
    return await engine.get<ImageInspect>(enginePath`/images/${candidate}/json`)
  } catch (error) {
    if (!isNotFound(error)) throw error
    throw new PurserError('IMAGE_MISSING', {
      message: `The candidate image "${candidate}" is not on the engine at ${engine.where}.`,
      remedy: 'Pull or build it there first, and name it by its digest: `docker pull` prints that.',
      cause: error,
    })
  }
}

function notServing(selector: Selector, listed: readonly ContainerListed[]): PurserError {
  const states = listed.map(({ Names, Status }) => `${Names[0]?.slice(1)} (${Status})`).join(', ')
  return new PurserError('APP_NOT_RUNNING', {
    message: `No container with the ${describeSelector(selector)} is running${states === '' ? '.' : `: ${states}.`}`,
    remedy: 'Start the app, and try again. `docker logs` may say why it ended.',
    exitCode: exitCodes.usage,
  })
}

function toInstance(container: ContainerInspect, image: ImageInspect): Instance {
  const { Id, Config, Image, State } = container
  const fact = (value: string, source = 'docker inspect'): Fact => ({ value, source })
  const digests = Image === image.Id ? (image.RepoDigests ?? []) : []
  return {
    id: nameOf(container),
    facts: new Map([
      ['container.id', fact(Id)],
      ['container.started', fact(State.StartedAt)],
      ['image.id', fact(Image)],
      ['image.reference', fact(Config.Image ?? '')],
      [
        'image.digests',
        digests.length === 0 ? { unseen: 'it came from no registry' } : fact(digests.join(' ')),
      ],
      ['process.program', fact([...(Config.Entrypoint ?? []), ...(Config.Cmd ?? [])][0] ?? '')],
      ['process.directory', fact(Config.WorkingDir || '/')],
    ]),
  }
}

/** Whether the code that the app works in may come from outside the image. */
function isMounted({ Config, Mounts }: ContainerInspect): boolean {
  const folder = asFolder(Config.WorkingDir ?? '')
  return Mounts.some(({ Destination, Type }) => {
    const mount = asFolder(Destination)
    return folder.startsWith(mount) || (Type === 'bind' && mount.startsWith(folder))
  })
}

function asFolder(path: string): string {
  return `${path.replace(/\/+$/, '')}/`
}
