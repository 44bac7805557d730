import type { ContainerConfig, ContainerInspect } from '../engine/types.ts'
import { hasNames } from './networks.ts'

/**
 * A twin's hostname: the app's, where that leads nobody to the twin who looks for the app. In a network with names an
 * engine makes the hostname one of them.
 */
export function twinHostname(container: ContainerInspect): Pick<ContainerConfig, 'Hostname' | 'Domainname'> {
  if (sharesHostname(container)) return {}
  const { Hostname = '', Domainname = '' } = container.Config
  const keeps = hasOwnHostname(container) && !hasNames(container)
  return { ...(keeps ? { Hostname } : {}), ...(Domainname === '' ? {} : { Domainname }) }
}

/** Says that a twin does not have the app's hostname, and why. */
export function hostnameNotice(container: ContainerInspect): string | undefined {
  if (sharesHostname(container) || !hasOwnHostname(container) || !hasNames(container)) return undefined
  return `The run has a hostname of its own: with "${container.Config.Hostname}", the engine would send it requests that are meant for the app.`
}

/** A hostname that the engine made up is the container's own id. */
function hasOwnHostname({ Id, Config }: ContainerInspect): boolean {
  return (Config.Hostname ?? '') !== '' && !Id.startsWith(Config.Hostname ?? '')
}

/** Its hostname is the host's, or another container's, and none may be stated. */
function sharesHostname({ HostConfig: { NetworkMode = '', UTSMode = '' } }: ContainerInspect): boolean {
  return NetworkMode.startsWith('container:') || UTSMode === 'host'
}
