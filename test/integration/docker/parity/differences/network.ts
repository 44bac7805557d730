import { type Container, runContainer } from '../../../../support/docker/container.ts'
import { docker } from '../../../../support/docker/docker.ts'
import { images } from '../../../../support/docker/image-names.ts'
import { type Difference, inTwin, ownName } from './difference.ts'

// Their names decide which of a container's networks its default route leads to: the first by the alphabet.
const first = `a${ownName('first')}`
const second = `z${ownName('second')}`

/** What the process can reach, by which way, and under which name. */
export const network: readonly Difference[] = [
  { number: 48, rank: 'info', what: 'another host name', twin: ['--hostname', 'web-1'] },
  {
    number: 49,
    rank: 'warn',
    what: 'a second network',
    needs: makeNetworks,
    both: ['--network', first],
    change: (twin) => docker('network', 'connect', second, twin.id),
  },
  { number: 50, rank: 'warn', what: 'another name server', twin: ['--dns', '192.0.2.53'] },
  { number: 50, rank: 'warn', what: 'a domain to search in', twin: ['--dns-search', 'shop.example'] },
  { number: 50, rank: 'warn', what: 'a further host', twin: ['--add-host', 'partner:192.0.2.7'] },
  {
    number: 50,
    rank: 'warn',
    what: 'a host that somebody wrote into /etc/hosts',
    ...inTwin('sh', '-c', 'echo 192.0.2.7 partner >> /etc/hosts'),
  },
  { number: 51, rank: 'warn', what: 'another default route', change: routeElsewhere },
  { number: 52, rank: 'warn', what: 'a proxy', twin: ['--env', 'HTTPS_PROXY=http://proxy:3128'] },
  {
    number: 53,
    rank: 'warn',
    what: 'a container beside the app',
    change: (_twin, app) =>
      runContainer(['--network', `container:${app.id}`, images.helper, 'sleep', '1000']),
  },
]

async function makeNetworks(): Promise<AsyncDisposable> {
  for (const name of [first, second]) await docker('network', 'create', name)
  return { [Symbol.asyncDispose]: async () => void (await docker('network', 'rm', first, second)) }
}

async function routeElsewhere(twin: Container): Promise<void> {
  const { NetworkSettings } = await twin.inspect()
  const gateway = NetworkSettings.Networks.bridge?.IPAddress.replace(/\d+$/, '254') ?? ''
  const route = ['ip', 'route', 'replace', 'default', 'via', gateway]
  const beside = ['--network', `container:${twin.id}`, '--cap-add', 'NET_ADMIN', images.helper]
  await docker('run', '--rm', ...beside, ...route)
}
