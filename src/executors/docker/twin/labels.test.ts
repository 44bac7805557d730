import { describe, expect, it } from 'vitest'
import { twinLabels } from './labels.ts'

const always = {
  SERVICE_IGNORE: 'true',
  'com.centurylinklabs.watchtower.enable': 'false',
  'traefik.enable': 'false',
}

describe('labels that others act upon are not a twin’s', () => {
  it.each([
    'com.docker.compose.project',
    'com.docker.compose.service',
    'com.docker.compose.oneoff',
    'com.docker.stack.namespace',
    'com.docker.swarm.service.name',
    'io.kubernetes.pod.name',
    'service',
    'role',
    'destination',
    'traefik.http.routers.shop.rule',
    'traefik.docker.network',
    'caddy',
    'caddy.reverse_proxy',
    'caddy_0',
    'com.github.nginx-proxy.nginx-proxy.keepalive',
    'com.github.jrcs.letsencrypt_nginx_proxy_companion.nginx_proxy',
    'SERVICE_NAME',
    'SERVICE_80_CHECK_HTTP',
    'ofelia.enabled',
    'ofelia.schedule',
    'swarm.cronjob.enable',
    'com.centurylinklabs.watchtower.scope',
    'autoheal',
    'sablier.group',
    'docker-volume-backup.stop-during-backup',
    'prometheus.io/scrape',
    'prometheus-port',
    'com.datadoghq.ad.checks',
  ])('%s', (label) => {
    expect(twinLabels({ [label]: 'true' }, {})).toEqual(always)
  })
})

it.each([
  'team',
  'org.opencontainers.image.revision',
  'com.example.service',
  'roles',
  'app.role',
  'traefiker',
])('others are: %s', (label) => {
  expect(twinLabels({ [label]: 'shop' }, {})).toEqual({ ...always, [label]: 'shop' })
})

it('those that an image bakes in are overwritten, since they can’t be taken away', () => {
  const image = {
    'traefik.http.routers.shop.rule': 'Host(`shop`)',
    'ofelia.enabled': 'true',
    caddy: 'shop',
    team: 'a',
  }
  expect(twinLabels({ ...image, team: 'b' }, image)).toEqual({
    ...always,
    'traefik.http.routers.shop.rule': '',
    'ofelia.enabled': 'false',
    caddy: '',
    team: 'b',
  })
})

it('those who take every container are told that this one is not for them', () => {
  expect(twinLabels({ 'traefik.enable': 'true' }, { SERVICE_IGNORE: '' })).toEqual(always)
})
