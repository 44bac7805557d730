import { secretsOf } from '../../core/redaction/secrets.ts'

/**
 * What a twin gets in the place of an app's secrets, by variable: something of the same form that opens nothing. A URL
 * leads to a host that is nowhere and bears the variable's name, so that who tries it is known by it.
 */
export function placeholders(
  variables: ReadonlyMap<string, string>,
  declared: readonly string[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...variables].flatMap(([name, value]) => {
      const holdsSecret = secretsOf(new Map([[name, value]]), declared).length > 0
      return holdsSecret ? [[name, placeholder(name, value)]] : []
    }),
  )
}

function placeholder(name: string, value: string): string {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(value)?.[1]
  if (scheme === undefined) return 'placeholder'
  const host = `${name.toLowerCase().replaceAll('_', '-')}.placeholder.invalid`
  const port = /^[^?#]*:(\d{1,5})(?:[/?#]|$)/.exec(value)?.[1]
  return `${scheme}://placeholder:placeholder@${host}${port === undefined ? '' : `:${port}`}/placeholder`
}
