import { describe, expect, it } from 'vitest'
import { isPlumbing, parseUnixSockets } from './unix-sockets.ts'

const list = `Num       RefCount Protocol Flags    Type St Inode Path
0000000000000000: 00000002 00000000 00010000 0001 01 31337 /var/run/postgresql/.s.PGSQL.5432
0000000000000000: 00000003 00000000 00000000 0001 03 31338 /var/run/postgresql/.s.PGSQL.5432
0000000000000000: 00000002 00000000 00010000 0001 01 31339 @/tmp/.X11-unix/X0
0000000000000000: 00000002 00000000 00000000 0002 01    77 /run/systemd/journal/dev-log
0000000000000000: 00000002 00000000 00010000 0005 01    78 /run/a name with spaces
0000000000000000: 00000003 00000000 00000000 0001 03 31340
0000000000000000: 00000002 00000000 00010000 0001 01 31341 data/.s.PGSQL.5433
`

describe('Unix sockets', () => {
  it('that have a place and can be connected to are listed', () => {
    expect(parseUnixSockets(list)).toEqual([
      { path: '/var/run/postgresql/.s.PGSQL.5432', inode: '31337', isStream: true },
      { path: '/run/systemd/journal/dev-log', inode: '77', isStream: false },
      { path: '/run/a name with spaces', inode: '78', isStream: false },
      { path: 'data/.s.PGSQL.5433', inode: '31341', isStream: true },
    ])
  })

  it.each([
    ['/var/run/nscd/socket', true],
    ['/run/systemd/resolve/io.systemd.Resolve', true],
    ['/var/lib/sss/pipes/nss', true],
    ['/var/run/docker.sock', false],
    ['/var/run/postgresql/.s.PGSQL.5432', false],
    ['/srv/run/nscd/socket', false],
  ])('at %s are the C library’s own: %s', (path, expected) => {
    expect(isPlumbing(path)).toBe(expected)
  })
})
