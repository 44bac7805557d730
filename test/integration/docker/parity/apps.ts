import { type Container, runContainer } from '../../../support/docker/container.ts'
import { docker } from '../../../support/docker/docker.ts'
import { type DockerProject, dockerProject } from '../../../support/docker/docker-project.ts'
import { images } from '../../../support/docker/image-names.ts'
import { ownName } from './differences/difference.ts'

/** How an app is run. */
export interface AppDescription {
  /** Of `docker run`, by the replica's number, from 1: options, image, command. */
  readonly args: readonly string[] | ((replica: number) => readonly string[])
  readonly replicas?: number
  /** Further networks that it joins; the first is the one that it starts in. */
  readonly networks?: readonly string[]
  /** Further options of `docker({ … })`. */
  readonly options?: Readonly<Record<string, unknown>>
  /** More of the environment in the configuration. */
  readonly environment?: Readonly<Record<string, unknown>>
}

/** An app that serves, and a folder whose environment `test` it is. Goes with the test, with what was made for it. */
export interface App extends AsyncDisposable {
  readonly project: DockerProject
  readonly containers: readonly Container[]
}

/** Starts an app that Purser finds by a label. */
export async function startApp(description: AppDescription): Promise<App> {
  const { args, replicas = 1, networks = [], options, environment } = description
  await using made = new AsyncDisposableStack()
  const label = `purser-parity.app=${ownName('app')}`
  for (const name of networks) {
    await docker('network', 'create', name)
    made.defer(async () => void (await docker('network', 'rm', name)))
  }
  const containers: Container[] = []
  for (let replica = 1; replica <= replicas; replica += 1) {
    const words = typeof args === 'function' ? args(replica) : args
    const container = await startOne(networks, ['--label', label, ...words])
    containers.push(made.use(container))
  }
  const project = made.use(dockerProject({ label, helper: images.helper, ...options }, environment))
  const all = made.move()
  return { project, containers, [Symbol.asyncDispose]: () => all.disposeAsync() }
}

async function startOne([first, ...others]: readonly string[], words: readonly string[]): Promise<Container> {
  const container = await runContainer([...(first === undefined ? [] : ['--network', first]), ...words])
  for (const network of others) await docker('network', 'connect', network, container.id)
  return container
}
