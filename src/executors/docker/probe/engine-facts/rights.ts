import { createHash } from 'node:crypto'
import type { ContainerConfig, HostConfig } from '../../engine/types.ts'
import { capabilities, none, securityOptions, sorted, text, yesNo } from './canonical.ts'

/** Whom the container acts as and what it may do: values by ids of facts. */
export function rightsOf(config: ContainerConfig, host: HostConfig): Readonly<Record<string, string>> {
  return {
    'user:asked': text(config.User, 'root'),
    'user:groups-added': sorted(host.GroupAdd),
    'user:namespace': text(host.UsernsMode, 'default'),
    'working-directory:asked': text(config.WorkingDir, '/'),
    'read-only-root:asked': yesNo(host.ReadonlyRootfs),
    'privileges:privileged': yesNo(host.Privileged),
    'privileges:added': capabilities(host.CapAdd),
    'privileges:dropped': capabilities(host.CapDrop),
    'privileges:security-options': shorten(securityOptions(host.SecurityOpt)),
    'privileges:masked-paths': sorted(host.MaskedPaths),
    'privileges:read-only-paths': sorted(host.ReadonlyPaths),
    'privileges:devices': devices(host),
    'privileges:runtime': text(host.Runtime, 'default'),
    'privileges:process-namespace': text(host.PidMode, 'its own'),
    'privileges:memory-namespace': text(host.IpcMode, 'default'),
    'privileges:cgroup-namespace': text(host.CgroupnsMode, 'default'),
    'privileges:host-name-namespace': text(host.UTSMode, 'its own'),
    'entrypoint:init': yesNo(host.Init),
  }
}

/** A seccomp profile stands among the options as its whole text. */
function shorten(options: string): string {
  return options.length <= 500 ? options : `sha256:${createHash('sha256').update(options).digest('hex')}`
}

function devices({ Devices, DeviceRequests, DeviceCgroupRules }: HostConfig): string {
  const asked = [
    ...(Devices ?? []).map(
      ({ PathOnHost, PathInContainer, CgroupPermissions }) =>
        `${PathOnHost} at ${PathInContainer} (${CgroupPermissions})`,
    ),
    ...(DeviceRequests ?? []).map((request) => JSON.stringify(request)),
    ...(DeviceCgroupRules ?? []),
  ]
  return asked.length === 0 ? none : sorted(asked)
}
