import type { Twin } from '../twin/describe-twin.ts'

/** A twin that has these in place of the app's: from the beginning, and again once its entrypoint has set its own. */
export function withVariables(twin: Twin, variables: Readonly<Record<string, string>>): Twin {
  const pairs = Object.entries(variables)
  if (pairs.length === 0) return twin
  const isOther = (pair: string) => !Object.hasOwn(variables, pair.split('=', 1)[0] ?? '')
  const inWords = ([name, value]: readonly [string, string]) => `${name}=${value}`
  const exported = pairs.filter(([name]) => /^[A-Za-z_]\w*$/.test(name)) // a shell knows no others
  return {
    ...twin,
    body: { ...twin.body, Env: [...(twin.body.Env ?? []).filter(isOther), ...pairs.map(inWords)] },
    hidden: [...twin.hidden.filter(isOther), ...exported.map(inWords)],
  }
}
