import { programFiles } from '../../../supervision/program-files.ts'
import { besideApp } from '../beside/beside-app.ts'
import { helperBody } from '../containers/helper-body.ts'
import type { ContainerInspect } from '../engine/types.ts'
import type { TwinBody } from '../twin/describe-twin.ts'
import type { TwinNetwork } from '../twin/networks.ts'

interface Described {
  readonly image: string
  readonly labels: Readonly<Record<string, string>>
  /** Beside which it is. */
  readonly app: ContainerInspect
  readonly networks: readonly TwinNetwork[]
}

const machine = '/machine'

/**
 * A container in the app's network without a port or a name there. In it works the program that leads to the wire, with
 * this machine's own Node: an engine on another machine does not find it.
 */
export function relayBody({ image, labels, app, networks }: Described): TwinBody {
  const { HostConfig, NetworkingConfig } = besideApp(app, networks)
  const program = [process.execPath, programFiles.supervisor, 'relay-wire']
  return helperBody({
    image,
    labels,
    argv: ['/bin/busybox', 'chroot', machine, ...program],
    HostConfig: {
      ...HostConfig,
      // others in the network can reach it: it may do what it is for, and nothing else
      CapDrop: ['ALL'],
      CapAdd: ['SYS_CHROOT', 'DAC_OVERRIDE'],
      SecurityOpt: ['apparmor=unconfined', 'label=disable', 'no-new-privileges'],
      ReadonlyRootfs: true,
      Binds: [`/:${machine}:ro`],
    },
    NetworkingConfig,
  })
}
