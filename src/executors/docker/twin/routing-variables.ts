/**
 * Variables by which a proxy finds its backends in a container's configuration (nginx-proxy, acme-companion): with them
 * in sight a twin would be sent customers. Its task has them all the same; the shim gives them to it.
 */
const routing = /^(?:VIRTUAL_(?:HOST|PORT|PROTO|PATH|DEST|ROOT)|VIRTUAL_HOST_\w+|LETSENCRYPT_\w+|ACME_\w+)$/

/** Splits `NAME=value` pairs into those that may stand in a twin's configuration and those that may not. */
export function withoutRouting(pairs: readonly string[]): {
  readonly seen: string[]
  readonly hidden: string[]
} {
  const isHidden = (pair: string) => routing.test(pair.split('=', 1)[0] ?? '')
  return { seen: pairs.filter((pair) => !isHidden(pair)), hidden: pairs.filter(isHidden) }
}
