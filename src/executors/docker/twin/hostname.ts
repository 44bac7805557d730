import type { ContainerConfig, ContainerInspect } from '../engine/types.ts'
import { hasNames } from './networks.ts'

// Engines of this version of the API (1.44) and newer make a container's hostname a name in its networks.
const namesSince = 44

/** Whether the app's hostname, given to a twin as well, would send it requests that are meant for the app. */
function wouldCollide(container: ContainerInspect, apiVersion: string): boolean {
  return Number(apiVersion.split('.')[1]) >= namesSince && hasNames(container)
}

/** A twin's hostname: the app's, where that leads nobody to the twin who looks for the app. */
export function twinHostname(
  container: ContainerInspect,
  apiVersion: string,
): Pick<ContainerConfig, 'Hostname' | 'Domainname'> {
  if (sharesHostname(container)) return {}
  const { Hostname = '', Domainname = '' } = container.Config
  const keeps = hasOwnHostname(container) && !wouldCollide(container, apiVersion)
  return { ...(keeps ? { Hostname } : {}), ...(Domainname === '' ? {} : { Domainname }) }
}

/** Says that a twin does not have the app's hostname, and why. */
export function hostnameNotice(container: ContainerInspect, apiVersion: string): string | undefined {
  if (sharesHostname(container) || !hasOwnHostname(container) || !wouldCollide(container, apiVersion))
    return undefined
  return `The run has a hostname of its own: with "${container.Config.Hostname}", this engine would send it requests that are meant for the app.`
}

/** A hostname that the engine made up is the container's own id. */
function hasOwnHostname({ Id, Config }: ContainerInspect): boolean {
  return (Config.Hostname ?? '') !== '' && !Id.startsWith(Config.Hostname ?? '')
}

/** Its hostname is the host's, or another container's, and none may be stated. */
function sharesHostname({ HostConfig: { NetworkMode = '', UTSMode = '' } }: ContainerInspect): boolean {
  return NetworkMode.startsWith('container:') || UTSMode === 'host'
}
