/**
 * Labels by which other programs find containers and act on them: send them traffic, restart, replace or update them,
 * run commands in them, count them as the app. A twin with one of these would be taken for the app. Each stands for
 * itself and all that goes on behind it, such as `caddy`, `caddy_0` and `caddy.tls`.
 */
const actedUpon = [
  // orchestrators
  ...['com.docker.compose', 'com.docker.stack', 'com.docker.swarm', 'io.kubernetes'],
  ...['coolify', 'caprover', 'dokku', 'dokploy'],
  // proxies and service registries
  ...[
    'traefik',
    'caddy',
    'haproxy',
    'fabio',
    'nginx',
    'sozu',
    'pomerium',
    'tsdproxy',
    'cloudflare',
    'cloudflared',
  ],
  ...['com.github.nginx-proxy', 'com.github.jrcs', 'SERVICE', 'consul', 'registrator'],
  // schedulers, updaters, healers, backups
  ...['ofelia', 'chadburn', 'deck-chores', 'swarm.cronjob', 'cron'],
  ...['com.centurylinklabs.watchtower', 'diun', 'wud', 'ouroboros'],
  ...['autoheal', 'sablier', 'containernursery', 'docker-volume-backup'],
  // monitors that connect to what they find
  ...['prometheus', 'io.prometheus', 'com.datadoghq.ad', 'co.elastic.metrics', 'co.elastic.monitor', 'kuma'],
]

/** Kamal finds the app by these. */
const exactly = ['service', 'role', 'destination']

/** Whether a label would have some other program take its container for the app. */
function isActedUpon(label: string): boolean {
  const isOneOf = (name: string) => label.startsWith(name) && !/^[a-zA-Z\d]/.test(label.slice(name.length))
  return exactly.includes(label) || actedUpon.some(isOneOf)
}

/** Said to those who take every container for one of theirs, unless it says otherwise. */
const notForYou = {
  SERVICE_IGNORE: 'true',
  'com.centurylinklabs.watchtower.enable': 'false',
  'traefik.enable': 'false',
} as const

/**
 * A twin's labels: the app's, without those that are acted upon. What an image bakes in can't be taken away, only
 * overwritten.
 */
export function twinLabels(
  app: Readonly<Record<string, string>>,
  image: Readonly<Record<string, string>>,
): Record<string, string> {
  const kept = Object.entries(app).filter(([name]) => !isActedUpon(name))
  const blanked = Object.keys(image).filter(isActedUpon)
  return {
    ...Object.fromEntries(kept),
    ...Object.fromEntries(blanked.map((name) => [name, /\.enabled?$/.test(name) ? 'false' : ''])),
    ...notForYou,
  }
}
