/** Path and query of a URL as they are written; both empty where it is of another form. */
export function urlParts(url: string): { readonly path: string; readonly query: string } {
  const match = /^postgres(?:ql)?:\/\/[^/?]*(?:@[^/?]*)?(?:\/([^?]*))?(?:\?(.*))?$/s.exec(url)
  return { path: match?.[1] ?? '', query: match?.[2] ?? '' }
}

/**
 * The database's name, as libpq and most drivers read it. `pg` leaves `%2F` and a few others as they are.
 */
export function databaseIn(url: string): string | undefined {
  const { path } = urlParts(url)
  try {
    return path === '' ? undefined : decodeURIComponent(path)
  } catch {
    return undefined // a percent sign that stands for itself
  }
}
