import { programFiles } from '../../../supervision/program-files.ts'
import { helperBody } from '../containers/helper-body.ts'
import type { MountAsked } from '../engine/types.ts'
import type { TwinBody } from '../twin/describe-twin.ts'

interface Described {
  readonly image: string
  readonly labels: Readonly<Record<string, string>>
  readonly hostname?: string
  readonly mounts: readonly MountAsked[]
}

const machine = '/machine'
const looked = '/looked-at'

// As far down as servers put their sockets. Then it becomes our own program, with the machine's file system as its root.
const script = `/bin/busybox find ${looked} -maxdepth 4 -type s 2> /dev/null
exec /bin/busybox chroot ${machine} "$@"`

/**
 * A container without any network but its own loopback. In it works the program that keeps the network, with this machine's
 * own Node: an engine on another machine does not find it.
 */
export function guardBody({ image, labels, hostname, mounts }: Described): TwinBody {
  const program = [process.execPath, programFiles.supervisor, 'keep-network']
  return helperBody({
    image,
    labels,
    argv: ['/bin/busybox', 'sh', '-c', script, 'sh', ...program],
    ...(hostname === undefined ? {} : { Hostname: hostname }),
    HostConfig: {
      NetworkMode: 'none',
      // the twin has its resolv.conf: no search list, so that a name is asked for as the twin has it
      Dns: ['127.0.0.1'],
      DnsOptions: ['timeout:1'],
      DnsSearch: ['.'],
      CapAdd: ['NET_ADMIN', 'SYS_CHROOT'],
      SecurityOpt: ['apparmor=unconfined', 'label=disable'],
      Binds: [`/:${machine}:ro`],
      Mounts: mounts.map((mount, at) => lookedAt(mount, at)),
    },
  })
}

/** Which of the mounts have sockets in them, as the guard's `find` printed them. */
export function readScan(printed: string): ReadonlySet<number> {
  return new Set([...printed.matchAll(/^\/looked-at\/(\d+)(?:\/|$)/gm)].map(([, at]) => Number(at)))
}

function lookedAt({ Type, Source = '' }: MountAsked, at: number): MountAsked {
  const mount = { Type, Source, Target: `${looked}/${at}`, ReadOnly: true }
  return Type === 'volume' ? { ...mount, VolumeOptions: { NoCopy: true } } : mount
}
