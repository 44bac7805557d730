import { looksSecret } from './names.ts'
import { passwordsIn } from './passwords.ts'

/** A value that must be seen nowhere, under a name that may be. */
export interface Secret {
  /** A variable's or a parameter's name. */
  readonly name: string
  readonly value: string
}

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
