import type { ContainerInspect, HostConfig } from '../engine/types.ts'
import type { TwinBody } from '../twin/describe-twin.ts'
import { networkingOf, networkModeOf, type TwinNetwork } from '../twin/networks.ts'

/** What puts a container of ours into these networks of the app's, or into the one namespace that the app shares. */
export function besideApp(
  { HostConfig: app }: ContainerInspect,
  [first]: readonly TwinNetwork[],
): { readonly HostConfig: HostConfig } & Pick<TwinBody, 'NetworkingConfig'> {
  const { NetworkMode = 'default' } = app
  return {
    HostConfig: { NetworkMode, ...networkModeOf(first) },
    NetworkingConfig: networkingOf(first),
  }
}
