import type { Container } from '../../../../support/docker/container.ts'
import { images } from '../../../../support/docker/image-names.ts'
import { type Difference, inTwin, otherFile, putFile } from './difference.ts'

const path = '/opt/bin:/usr/local/bin:/usr/bin:/bin'

/** A node that says of itself what this script makes it say. */
async function putNode(container: Container, script: string): Promise<void> {
  const wrapper = `#!/bin/sh\nexec /usr/local/bin/node --require /opt/says.cjs "$@" # ${script}\n`
  await putFile(container, '/opt/says.cjs', script)
  await putFile(container, '/opt/bin/node', wrapper, 0o755)
}

/** Both have a node of their own, in the twin with another script. */
function otherNode(script: string): Omit<Difference, 'number' | 'rank' | 'what'> {
  return {
    image: images.node,
    both: ['--env', `PATH=${path}`],
    prepare: (container) => putNode(container, ''),
    change: (twin) => putNode(twin, script),
  }
}

const says = (versions: string) =>
  `Object.defineProperty(process, 'versions', { value: { ...process.versions, ${versions} } })`
const otherVersion = `${says("node: '24.0.1'")}; Object.defineProperty(process, 'version', { value: 'v24.0.1' })`

/** What interprets the code, and what is installed beside it. */
export const runtime: readonly Difference[] = [
  { number: 10, rank: 'warn', what: 'another build of node', ...otherNode('// built again') },
  { number: 10, rank: 'warn', what: 'another version of node', ...otherNode(otherVersion) },
  {
    number: 10,
    rank: 'warn',
    what: 'another build of python',
    prepare: (container) => putFile(container, '/usr/local/bin/python3', 'x', 0o755),
    both: ['--env', `PATH=${path}`],
    change: (twin) => putFile(twin, '/usr/local/bin/python3', 'another', 0o755),
  },
  {
    number: 11,
    rank: 'warn',
    what: 'another OpenSSL inside node',
    ...otherNode(says("openssl: '1.0.1'")),
    also: { kinds: [[10, 'warn']], since: 'it is another build of node' },
  },
  {
    number: 12,
    rank: 'warn',
    what: 'NODE_OPTIONS',
    image: images.node,
    twin: ['--env', 'NODE_OPTIONS=--no-deprecation'],
  },
  {
    number: 13,
    rank: 'warn',
    what: 'another NODE_ENV',
    image: images.node,
    app: ['--env', 'NODE_ENV=production'],
    twin: ['--env', 'NODE_ENV=development'],
  },
  {
    number: 14,
    rank: 'warn',
    what: 'another lock file',
    ...otherFile('/app/package-lock.json', '{"lockfileVersion":3}', '{"lockfileVersion":2}'),
  },
  {
    number: 14,
    rank: 'warn',
    what: 'other packages than npm installed in the app',
    ...otherFile('/app/node_modules/.package-lock.json', '{"packages":{"a":1}}', '{"packages":{"a":2}}'),
  },
  {
    number: 14,
    rank: 'warn',
    what: 'a lock file that the app lacks',
    ...inTwin('touch', '/app/Gemfile.lock'),
  },
  {
    number: 15,
    rank: 'warn',
    what: 'a package for development',
    image: images.node,
    ...inTwin('mkdir', '/app/node_modules/typescript'),
  },
  {
    number: 16,
    rank: 'warn',
    what: 'another version of the distribution',
    ...otherFile('/etc/os-release', 'ID=debian\nVERSION_ID=12\n', 'ID=debian\nVERSION_ID=13\n'),
  },
  {
    number: 16,
    rank: 'warn',
    what: 'another package of the system',
    ...otherFile('/lib/apk/db/installed', 'P:musl\nV:1.2.5\n', 'P:musl\nV:1.2.6\n'),
  },
  {
    number: 17,
    rank: 'info',
    what: 'another C library',
    ...otherFile('/lib/ld-musl-x86_64.so.1', 'one', 'another'),
  },
  {
    number: 40,
    rank: 'warn',
    what: 'another heap limit, by the memory limit',
    image: images.node,
    app: ['--memory', '2g'],
    twin: ['--memory', '1g'],
    also: { kinds: [[39, 'warn']], since: 'node takes it from the memory limit' },
  },
  {
    number: 40,
    rank: 'warn',
    what: 'another heap limit, by NODE_OPTIONS',
    image: images.node,
    twin: ['--env', 'NODE_OPTIONS=--max-old-space-size=100'],
    also: { kinds: [[12, 'warn']], since: 'an option of node sets it' },
  },
  {
    number: 55,
    rank: 'info',
    what: 'another lowest version of TLS',
    image: images.node,
    twin: ['--env', 'NODE_OPTIONS=--tls-min-v1.3'],
    also: { kinds: [[12, 'warn']], since: 'an option of node sets it' },
  },
]
