import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { systemProgram } from '../../system-program.ts'

/** The way to everywhere, which leads nowhere. */
export const way = 'apart0'
const ipv6Settings = '/proc/sys/net/ipv6/conf'
const otherEnd = 'apart1'
export const ownAddresses: ReadonlySet<string> = new Set(['198.19.255.254', 'fd97:7075:7273:6572:ffff::1'])
const [ownIpv4, ownIpv6] = [...ownAddresses]

// The neighbour that a packet is for never answers. To ask for it is left to us (arp(7), app_solicit), and nobody gives
// up for ten minutes: whoever connects waits, is seen, and can be ended.
const patience = 'app_probes 600 mcast_probes 0'

const ipv4 = [
  'link set lo up',
  `link add ${way} type veth peer name ${otherEnd}`,
  `addr add ${ownIpv4}/32 dev ${way}`,
  `link set ${otherEnd} up`,
  `link set ${way} up`,
  `route add default dev ${way}`,
  `ntable change name arp_cache dev ${way} ${patience}`,
]
const ipv6 = [
  `addr add ${ownIpv6}/128 dev ${way} nodad`,
  `route add default dev ${way}`,
  `ntable change name ndisc_cache dev ${way} ${patience}`,
]

/** Makes the network of this namespace: the loopback, and a way to everywhere on which nobody answers. */
export async function makeNetwork(): Promise<void> {
  await obeyed('-4', ipv4)
  turnOnIpv6()
  if (hasIpv6()) await obeyed('-6', ipv6)
}

/** The address that stands for all of this namespace. */
export function anyAddress(): string {
  return hasIpv6() ? '::' : '0.0.0.0'
}

export function ipProgram(): string {
  return systemProgram('ip', "makes a twin's network", 'iproute2')
}

/** What is tried over IPv6 is seen only where there is IPv6: some engines turn it off in each new network. */
function turnOnIpv6(): void {
  try {
    writeFileSync(`${ipv6Settings}/all/disable_ipv6`, '0')
  } catch {
    // a kernel without it, or one that does not let us: then nobody gets out that way
  }
}

function hasIpv6(): boolean {
  try {
    return readFileSync(`${ipv6Settings}/${way}/disable_ipv6`, 'utf8').trim() === '0'
  } catch {
    return false
  }
}

function obeyed(family: '-4' | '-6', commands: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const ip = execFile(ipProgram(), [family, '-batch', '-'], (error) =>
      error === null ? resolve() : reject(error),
    )
    ip.stdin?.on('error', () => {}) // its end says why
    ip.stdin?.end(`${commands.join('\n')}\n`)
  })
}
