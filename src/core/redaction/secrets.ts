import { passwordsIn } from './credentials.ts'
import { looksSecret } from './names.ts'
import type { Secret } from './secret.ts'

export { looksSecret } from './names.ts'

/**
 * What must not be seen of a release's variables: values whose names look secret or were declared so, and the
 * passwords inside any other value. The first name stands where several hold one value.
 */
export function secretsOf(variables: ReadonlyMap<string, string>, declared: readonly string[]): Secret[] {
  const secrets = new Map<string, Secret>()
  for (const [name, value] of variables) {
    const whole = declared.includes(name) || looksSecret(name) ? [value] : []
    for (const hidden of [...whole, ...passwordsIn(value)]) {
      if (hidden !== '' && !secrets.has(hidden)) secrets.set(hidden, { name, value: hidden })
    }
  }
  return [...secrets.values()]
}
