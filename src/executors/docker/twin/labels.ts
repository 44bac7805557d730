/**
 * Labels by which other programs find containers and act on them: send them traffic, restart, replace or update them,
 * run commands in them, count them as the app. A twin with one of these would be taken for the app.
 */
const actedUpon: readonly RegExp[] = [
  // orchestrators: Compose, Swarm, Kubernetes, Kamal (which finds the app by `service`, `role` and `destination`)
  /^com\.docker\.(?:compose|stack|swarm)\./,
  /^io\.kubernetes\./,
  /^(?:service|role|destination)$/,
  /^(?:coolify|caprover|dokku|dokploy)\b/,
  // proxies and service registries
  /^(?:traefik|caddy|haproxy|fabio|nginx|sozu|pomerium|tsdproxy|cloudflared?)\b/,
  /^com\.github\.(?:nginx-proxy|jrcs)\./,
  /^(?:SERVICE_|consul\b|registrator\b)/,
  // schedulers, updaters, healers, backups
  /^(?:ofelia|chadburn|deck-chores|swarm\.cronjob|cron)\b/,
  /^(?:com\.centurylinklabs\.watchtower|diun|wud|ouroboros)\b/,
  /^(?:autoheal|sablier|containernursery|docker-volume-backup)\b/,
  // monitors that connect to what they find
  /^(?:prometheus|io\.prometheus|com\.datadoghq\.ad|co\.elastic\.(?:metrics|monitor)|kuma)\b/,
]

/** Whether a label would have some other program take its container for the app. */
export function isActedUpon(label: string): boolean {
  return actedUpon.some((pattern) => pattern.test(label))
}

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
  }
}
