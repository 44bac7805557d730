import { passwordsIn } from '../../../core/redaction/passwords.ts'
import type { Secret } from '../../../core/redaction/secrets.ts'

/**
 * Where a secret is to be found again, without the secret: the whole value of a variable, or one of the passwords in it;
 * `elsewhere` for a parameter or a file.
 */
export type HiddenSecret = readonly [name: string, at: 'whole' | 'elsewhere' | number]

/** Names what must not be seen, so that another supervisor can hide exactly the same in the same order. */
export function nameSecrets(
  secrets: readonly Secret[],
  variables: ReadonlyMap<string, string>,
): readonly HiddenSecret[] {
  return secrets.map(({ name, value }): HiddenSecret => {
    const whole = variables.get(name)
    if (whole === value) return [name, 'whole']
    const at = whole === undefined ? -1 : passwordsIn(whole).indexOf(value)
    return [name, at === -1 ? 'elsewhere' : at]
  })
}

/** The secrets again, and the names of those that can't be found. */
export function findSecrets(
  hidden: readonly HiddenSecret[],
  variables: ReadonlyMap<string, string>,
): { readonly secrets: readonly Secret[]; readonly unknown: readonly string[] } {
  const secrets: Secret[] = []
  const unknown = new Set<string>()
  for (const [name, at] of hidden) {
    const whole = variables.get(name)
    const value = at === 'whole' ? whole : typeof at === 'number' ? passwordsIn(whole ?? '')[at] : undefined
    if (value === undefined) unknown.add(name)
    else secrets.push({ name, value })
  }
  return { secrets, unknown: [...unknown] }
}
