import type { Engine } from '../engine/engine.ts'
import type { ContainerInspect } from '../engine/types.ts'
import { inspectContainer } from '../release/docker-release.ts'
import { linkedHosts } from './networks.ts'

/** What the links of a container resolve to now, as entries for /etc/hosts. */
export async function hostsOfLinks(
  engine: Engine,
  { HostConfig }: Pick<ContainerInspect, 'HostConfig'>,
): Promise<string[]> {
  const links = HostConfig.Links ?? []
  const names = [...new Set(links.map((link) => (link.split(':')[0] ?? '').replace(/^\//, '')))]
  const found = await Promise.all(
    names.map(async (name) => [name, await inspectContainer(engine, name)] as const),
  )
  const addresses = new Map(
    found.map(([name, container]) => [
      name,
      Object.values(container?.NetworkSettings.Networks ?? {})[0]?.IPAddress,
    ]),
  )
  return linkedHosts(links, (name) => addresses.get(name))
}
