import { looksSecret } from '../../core/redaction/names.ts'
import { list } from '../../core/text.ts'

/**
 * Says which variables of the operator's shell differ from the app's and might be taken to count: those that the
 * configuration names, addresses and secrets. The twin gets the app's.
 */
export function ignoredVariables(
  shell: Readonly<Record<string, string | undefined>>,
  app: ReadonlyMap<string, string>,
  named: readonly string[],
): string | undefined {
  const matters = (name: string) =>
    named.includes(name) || /(?:_URL|_URI|_HOST)$/.test(name) || looksSecret(name)
  const differing = Object.entries(shell)
    .filter(([name, value]) => value !== undefined && matters(name) && !sessionOwn.test(name))
    .filter(([name, value]) => (app.has(name) ? app.get(name) !== value : named.includes(name)))
    .map(([name]) => name)
    .sort()
  if (differing.length === 0) return undefined
  const one = differing.length === 1
  return `${list(differing)} of your shell ${one ? 'differs' : 'differ'} from the app's and ${one ? 'is' : 'are'} ignored.`
}

/** Variables that belong to the operator's session. */
const sessionOwn = /^(?:SSH_|XDG_|DBUS_|npm_)/
