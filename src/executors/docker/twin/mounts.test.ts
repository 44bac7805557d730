import { describe, expect, it } from 'vitest'
import { asked, inspected, listed, mounted } from '../../../../test/support/docker/inspections.ts'
import type { HostConfig, MountPoint } from '../engine/types.ts'
import { singleWriterNotice, twinMounts } from './mounts.ts'

const anonymous = mounted('b'.repeat(64), '/cache', { Mode: '' })
const bind = (place: string, parts: Partial<MountPoint> = {}): MountPoint => ({
  Type: 'bind',
  Source: `/srv${place}`,
  Destination: place,
  Mode: '',
  RW: true,
  Propagation: 'rprivate',
  ...parts,
})
const mountsOf = (
  Mounts: readonly MountPoint[],
  HostConfig: HostConfig = {},
  readOnly: readonly string[] = [],
) => twinMounts(inspected({ Mounts, ...asked(HostConfig) }), readOnly)

describe('a twin’s mounts are the app’s, with their modes', () => {
  it.each<[string, MountPoint, HostConfig, object]>([
    [
      'a volume; the image’s files are not copied into it again',
      mounted('data', '/data'),
      {},
      { Type: 'volume', Source: 'data', Target: '/data', ReadOnly: false, VolumeOptions: { NoCopy: true } },
    ],
    [
      'a volume that can only be read',
      mounted('data', '/data', { RW: false, Mode: 'ro' }),
      {},
      { Type: 'volume', Source: 'data', Target: '/data', ReadOnly: true, VolumeOptions: { NoCopy: true } },
    ],
    [
      'a folder of a volume, without what it was made with',
      mounted('data', '/data'),
      {
        Mounts: [
          {
            Type: 'volume',
            Source: 'data',
            Target: '/data',
            VolumeOptions: { Subpath: 'shop', Labels: { a: 'b' } } as object,
          },
        ],
      },
      {
        Type: 'volume',
        Source: 'data',
        Target: '/data',
        ReadOnly: false,
        VolumeOptions: { Subpath: 'shop', NoCopy: true },
      },
    ],
    [
      'a folder of the machine',
      bind('/files', { RW: false, Propagation: 'rslave' }),
      {},
      {
        Type: 'bind',
        Source: '/srv/files',
        Target: '/files',
        ReadOnly: true,
        BindOptions: { Propagation: 'rslave' },
      },
    ],
    [
      'a folder of the machine, with its options',
      bind('/files'),
      { Mounts: [{ Type: 'bind', Target: '/files', BindOptions: { NonRecursive: true } }] },
      {
        Type: 'bind',
        Source: '/srv/files',
        Target: '/files',
        ReadOnly: false,
        BindOptions: { NonRecursive: true, Propagation: 'rprivate' },
      },
    ],
    ['a volume without a name, which is one of its own', anonymous, {}, { Type: 'volume', Target: '/cache' }],
  ])('%s', (_name, mount, HostConfig, expected) => {
    expect(mountsOf([mount], HostConfig)).toEqual({ Mounts: [expected], Binds: [] })
  })

  it.each([
    [bind('/files', { Mode: 'ro,z', RW: false }), '/srv/files:/files:ro,z'],
    [bind('/files', { Mode: 'Z' }), '/srv/files:/files:rw,z'],
    [bind('/files', { Mode: 'z,rshared' }), '/srv/files:/files:rw,z,rshared'],
    [mounted('data', '/data', { Mode: 'Z' }), 'data:/data:rw,z,nocopy'],
  ])('in the short form where SELinux shall label it, for the app too: %#', (mount, expected) => {
    expect(mountsOf([mount])).toEqual({ Mounts: [], Binds: [expected] })
  })

  it('that are made anew, as they were asked for', () => {
    const tmpfs = { Type: 'tmpfs', Target: '/tmp', TmpfsOptions: { SizeBytes: 1_000 } }
    const image = { Type: 'image', Source: 'assets:1', Target: '/assets' }
    const asTheyAre = [
      { ...mounted('', '/tmp'), Type: 'tmpfs' },
      { ...mounted('', '/assets'), Type: 'image' },
    ]
    expect(mountsOf(asTheyAre, { Mounts: [tmpfs, image] })).toEqual({ Mounts: [tmpfs, image], Binds: [] })
  })
})

it.each([
  [['/data'], [true, false, 'ro']],
  [['/files'], [false, false, 'ro']],
  [[], [false, false, 'rw']],
] as const)('what is asked for read-only is: %j', (readOnly, expected) => {
  const labelled = bind('/labelled', { Mode: 'z' })
  const places = readOnly.length === 0 ? [] : [...readOnly, '/labelled']
  const { Mounts, Binds } = mountsOf([mounted('data', '/data'), bind('/etc/app'), labelled], {}, places)
  expect([...Mounts.map(({ ReadOnly }) => ReadOnly), Binds[0]?.split(/[:,]/)[2]]).toEqual(expected)
})

describe('the warning of a volume that one container writes to', () => {
  const data = mounted('data', '/data')
  const app = inspected({
    Mounts: [data, anonymous, bind('/files'), mounted('logs', '/logs', { RW: false })],
  })
  const neighbour = (name: string, Labels: Readonly<Record<string, string>> = {}, RW = true) =>
    listed(name, { Labels, Mounts: [{ ...data, RW }] })

  it('names it, and how a run can be kept from writing', () => {
    const notice = singleWriterNotice(app, [neighbour('web')], [])
    expect(notice).toBe(
      'Only web writes to the volume "data" (/data) so far, and a run writes there beside it. If only one may, say `readOnly: [\'/data\']` in `docker({ … })`.',
    )
  })

  it.each([
    ['where several write', [neighbour('web'), neighbour('worker')], []],
    ['where a run may not write', [neighbour('web')], ['/data']],
  ])('is not given %s', (_name, neighbours, readOnly) => {
    expect(singleWriterNotice(app, neighbours, readOnly)).toBeUndefined()
  })

  it.each([
    ['a twin', neighbour('purser-x.1', { 'purser.attempt': 'x.1' })],
    ['one that reads', neighbour('backup', {}, false)],
  ])('does not count %s as a writer', (_name, other) => {
    expect(singleWriterNotice(app, [neighbour('web'), other], [])).toContain('data')
  })
})
