/** A Unix socket that has a place in the file system and can be connected to. */
export interface UnixSocket {
  /** As it was bound: relative to its owner's folder then, where it does not begin with a slash. */
  readonly path: string
  readonly inode: string
  readonly isStream: boolean
}

const listening = 0x1_0000
const stream = '0001'
const datagram = '0002'

/** Reads /proc/net/unix: Num RefCount Protocol Flags Type St Inode Path. An abstract name begins with `@`. */
export function parseUnixSockets(text: string): readonly UnixSocket[] {
  return text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, flags = '', type, inode = '', path] =
        /^\S+ \S+ \S+ (\S+) (\S+) \S+ +(\d+) (.+)$/.exec(line) ?? []
      if (path === undefined || path.startsWith('@')) return []
      const canBeReached = type === datagram || (Number.parseInt(flags, 16) & listening) !== 0
      return canBeReached ? { path, inode, isStream: type === stream } : []
    })
}

// What the C library asks on its own behalf, for names and users; without it, it reads files and asks DNS.
const plumbing = /^\/(var\/)?(run\/(nscd|systemd|dbus|avahi-daemon)|lib\/sss\/pipes)\//

/** Whether a socket is no place that a twin means to reach. */
export function isPlumbing(path: string): boolean {
  return plumbing.test(path)
}
