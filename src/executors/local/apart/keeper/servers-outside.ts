import { readFileSync, readlinkSync } from 'node:fs'
import path from 'node:path'
import { allPids } from '../../proc/processes.ts'
import { holdsSocket } from '../../proc/sockets.ts'
import { identityOf } from './identity.ts'
import { parseMounts, placesOf } from './mounts.ts'
import { parseUnixSockets, type UnixSocket } from './unix-sockets.ts'

/** A Unix socket of a server outside, by a path at which it is seen here. */
export interface Found {
  readonly place: string
  readonly isStream: boolean
}

/**
 * The Unix sockets with a place in the file system that servers outside have: those of the process's own network, and of
 * every other network of this machine that we may look into, such as containers'.
 */
export function serversOutside(outside: number): readonly Found[] {
  const here = socketsOf(outside).flatMap((socket) => {
    const place = absolute(socket)
    return place === undefined ? [] : [{ place, isStream: socket.isStream }]
  })
  const elsewhere = otherNetworks(outside).flatMap((pid) =>
    socketsOf(pid).flatMap((socket) =>
      placesHere(pid, socket.path).map((place) => ({ place, isStream: socket.isStream })),
    ),
  )
  return [...here, ...elsewhere]
}

function socketsOf(pid: number): readonly UnixSocket[] {
  try {
    return parseUnixSockets(readFileSync(`/proc/${pid}/net/unix`, 'utf8'))
  } catch {
    return [] // ended meanwhile
  }
}

/** One process of each network that is neither ours nor that one's. */
function otherNetworks(outside: number): readonly number[] {
  const seen = new Set([networkOf('self'), networkOf(outside)])
  return allPids().filter((pid) => {
    const network = networkOf(pid)
    if (network === undefined || seen.has(network)) return false
    seen.add(network)
    return true
  })
}

function networkOf(pid: number | 'self'): string | undefined {
  return linkOf(`/proc/${pid}/ns/net`)
}

/** Its own mounts may be others than ours: a container's. */
function placesHere(pid: number, file: string): readonly string[] {
  const identity = path.isAbsolute(file) ? identityOf(`/proc/${pid}/root${file}`) : undefined
  if (identity === undefined) return []
  const mountsOf = (which: number | 'self') => parseMounts(readFileSync(`/proc/${which}/mountinfo`, 'utf8'))
  const candidates = new Set([file, ...placesOf(file, mountsOf(pid), mountsOf('self'))])
  return [...candidates].filter((place) => identityOf(place) === identity)
}

const folders = new Map<string, string | undefined>()

function absolute(socket: UnixSocket): string | undefined {
  if (path.isAbsolute(socket.path)) return socket.path
  if (!folders.has(socket.inode)) folders.set(socket.inode, folderOf(socket))
  const folder = folders.get(socket.inode)
  return folder === undefined ? undefined : path.join(folder, socket.path)
}

/** The folder in which its owner has bound it, as far as that is where the owner is still. */
function folderOf({ inode }: UnixSocket): string | undefined {
  const inodes = new Set([inode])
  const owner = allPids().find((pid) => holdsSocket(pid, inodes) === true)
  return owner === undefined ? undefined : linkOf(`/proc/${owner}/cwd`)
}

function linkOf(link: string): string | undefined {
  try {
    return readlinkSync(link)
  } catch {
    return undefined // ended meanwhile, or not ours to look at
  }
}
