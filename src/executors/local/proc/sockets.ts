import { readdirSync, readlinkSync } from 'node:fs'
import { failedWith } from '../../../core/errors.ts'
import { readProc } from '../../../runs/process-identity.ts'

const listening = '0A'

/** Inodes of the sockets that listen on a TCP port, of IPv4 and IPv6 (proc_net_tcp: hex address:port, state in column 4). */
export function listeningInodes(port: number): ReadonlySet<string> {
  const inodes = new Set<string>()
  for (const file of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of (readProc(file) ?? '').split('\n').slice(1)) {
      const columns = line.trim().split(/\s+/)
      const localPort = Number.parseInt(columns[1]?.split(':')[1] ?? '', 16)
      if (localPort === port && columns[3] === listening && columns[9] !== undefined) inodes.add(columns[9])
    }
  }
  return inodes
}

/** Whether a process holds one of these sockets; `undefined` when it may not be looked at. */
export function holdsSocket(pid: number, inodes: ReadonlySet<string>): boolean | undefined {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => {
      const target = linkTarget(`/proc/${pid}/fd/${fd}`)
      return target?.startsWith('socket:[') === true && inodes.has(target.slice(8, -1))
    })
  } catch (error) {
    if (failedWith(error, 'EACCES', 'EPERM')) return undefined
    if (failedWith(error, 'ENOENT', 'ESRCH')) return false
    throw error
  }
}

function linkTarget(link: string): string | undefined {
  try {
    return readlinkSync(link)
  } catch {
    return undefined // closed meanwhile
  }
}
