import { type Container, runContainer } from '../../../support/docker/container.ts'
import { docker } from '../../../support/docker/docker.ts'
import type { Project } from '../../../support/project.ts'
import { ownName } from './differences/difference.ts'
import { dockerProject } from './typed.ts'

/** How an app is run. */
export interface AppDescription {
  /** Of `docker run`, by the replica's number, from 1: options, image, command. */
  readonly args: readonly string[] | ((replica: number) => readonly string[])
  readonly replicas?: number
  /** Further networks that it joins; the first is the one that it starts in. */
  readonly networks?: readonly string[]
  /** Further options of `docker({ … })`, as source text: `entrypoint: 'run'`. */
  readonly docker?: string
  /** More of the environment in the configuration, as source text. */
  readonly environment?: string
}

/** An app that serves, and a folder whose environment `shop` it is. Goes with the test, with what was made for it. */
export interface App extends AsyncDisposable {
  readonly project: Project
  readonly containers: readonly Container[]
}

/** Starts an app that Purser finds by a label. */
export async function startApp(description: AppDescription): Promise<App> {
  const { args, replicas = 1, networks = [], environment } = description
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
  const options = [`label: '${label}'`, ...(description.docker === undefined ? [] : [description.docker])]
  const project = made.use(
    dockerProject({
      docker: options.join(', '),
      ...(environment === undefined ? {} : { environment }),
    }),
  )
  const all = made.move()
  return { project, containers, [Symbol.asyncDispose]: () => all.disposeAsync() }
}

async function startOne([first, ...others]: readonly string[], words: readonly string[]): Promise<Container> {
  const container = await runContainer([...(first === undefined ? [] : ['--network', first]), ...words])
  for (const network of others) await docker('network', 'connect', network, container.id)
  return container
}
