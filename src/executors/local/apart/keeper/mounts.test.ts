import { expect, it } from 'vitest'
import { parseMounts, placesOf } from './mounts.ts'

const ours = parseMounts(`22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
30 22 0:30 / /var/lib/docker/overlay2/a1/merged rw - overlay overlay rw
31 22 254:1 / /a\\040disk rw - ext4 /dev/vdb rw
`)
const theirs = parseMounts(`90 1 0:30 / / rw - overlay overlay rw
91 90 254:0 /var/lib/docker/volumes/pg/_data /var/run/postgresql rw - ext4 /dev/vda rw
92 90 254:1 /share /mnt rw - ext4 /dev/vdb rw
93 90 0:77 / /dev/shm rw - tmpfs shm rw
`)

it.each([
  ['/var/run/postgresql/.s.PGSQL.5432', ['/var/lib/docker/volumes/pg/_data/.s.PGSQL.5432']],
  ['/run/app.sock', ['/var/lib/docker/overlay2/a1/merged/run/app.sock']],
  ['/mnt/x.sock', ['/a disk/share/x.sock']],
  ['/dev/shm/x.sock', []],
])('a container’s %s is here %j', (file, expected) => {
  expect(placesOf(file, theirs, ours)).toEqual(expected)
})
