import { count } from '../../../../core/text.ts'

/** `none` for what was not asked for: an engine writes it as null, an empty list, 0 or nothing. */
export const none = 'none'

/** Where the order has no meaning. */
export function sorted(items: readonly string[] | null | undefined): string {
  return items === null || items === undefined || items.length === 0 ? none : items.toSorted().join(', ')
}

/** Where the order has one. */
export function inOrder(items: readonly string[] | null | undefined): string {
  return items === null || items === undefined || items.length === 0 ? none : items.join(', ')
}

/** `serve.sh and 3 words`: which program it is, and none of its words, among which there may be a password. */
export function program(argv: readonly string[] | null | undefined): string {
  const [first, ...words] = argv ?? []
  if (first === undefined) return none
  const name = first.slice(first.lastIndexOf('/') + 1)
  return words.length === 0 ? name : `${name} and ${count(words.length, 'word')}`
}

export function record(items: Readonly<Record<string, string>> | null | undefined): string {
  return sorted(Object.entries(items ?? {}).map(([name, value]) => `${name}=${value}`))
}

export function yesNo(flag: boolean | null | undefined): string {
  return flag === true ? 'yes' : 'no'
}

export function text(value: string | null | undefined, otherwise = none): string {
  return value === null || value === undefined || value === '' ? otherwise : value
}

/** A number of bytes in MiB where it is a whole one; -1 is the engine's word for no limit. */
export function size(bytes: number | null | undefined): string {
  if (bytes === null || bytes === undefined || bytes === 0) return none
  if (bytes < 0) return 'unlimited'
  return bytes % 1_048_576 === 0 ? `${bytes / 1_048_576} MiB` : `${bytes} bytes`
}

/** A count; -1 and 0 are the engine's words for no limit. */
export function limit(value: number | null | undefined): string {
  return value === null || value === undefined || value <= 0 ? none : String(value)
}

/** `CAP_NET_ADMIN`, `net_admin` and `NET_ADMIN` are one. */
export function capabilities(names: readonly string[] | null | undefined): string {
  return sorted(names?.map((name) => name.toUpperCase().replace(/^CAP_/, '')))
}

/** `no-new-privileges` is `no-new-privileges:true`, and options were once written with a colon. */
export function securityOptions(options: readonly string[] | null | undefined): string {
  return sorted(
    options?.map((option) => {
      const written = option.replace(/^([a-z-]+):/, '$1=')
      return written === 'no-new-privileges' ? 'no-new-privileges=true' : written
    }),
  )
}
