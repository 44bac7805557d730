import { looksSecret } from './names.ts'

/**
 * The passwords inside a value that is, or holds, a URL (`postgres://u:p@h/db`, also `?password=`), a list of
 * pairs (libpq, ADO, `-Dname=value`), Go's `u:p@tcp(h)/db`, or JSON; each as written and percent-decoded.
 */
export function passwordsIn(value: string): string[] {
  const found = [...inUrls(value), ...inGoDsn(value), ...inPairs(value), ...inJson(value)]
  return [...new Set(found.flatMap((password) => [password, decoded(password)]))].filter(
    (password) => password !== '',
  )
}

function inUrls(value: string): string[] {
  // a value may hold several: the nodes of a cluster
  const urls = value.matchAll(
    /(?<![a-z0-9+.-])[a-z][a-z0-9+.-]*:\/\/(\S+?)(?=[\s,;]+[a-z][a-z0-9+.-]*:\/\/|\s|$)/gi,
  )
  return [...urls].flatMap(([, rest = '']) => inUserInfo(rest))
}

function inUserInfo(rest: string): string[] {
  const authority = /^[^/?#]*/.exec(rest)?.[0] ?? ''
  // a password that should have been encoded and was not may hold `/`, `?` or `#`; a port may be followed by them
  const isHost = /^[^:]*(?::\d{0,5})?(?:[/?#]|$)/.test(rest)
  const reach = authority.includes('@') ? authority : isHost ? '' : rest
  const userInfo = reach.slice(0, Math.max(0, reach.lastIndexOf('@')))
  const colon = userInfo.indexOf(':')
  return colon === -1 ? [] : [userInfo.slice(colon + 1)]
}

function inGoDsn(value: string): string[] {
  const match = /^[^\s:@/]*:(.+)@(?:\w+(?:\([^)]*\))?)?\//.exec(value)
  return match?.[1] === undefined || match[1].includes('//') ? [] : [match[1]]
}

/** A value of a URL's query ends at `&`, one of an ADO list at `;`, one of libpq's at a space unless it is quoted. */
function inPairs(value: string): string[] {
  const pairs = [
    ...value.matchAll(/[?&]([\w.-]+)=([^&#\s]*)/g),
    ...(value.includes(';') ? value.split(';') : []).map(
      (pair) => /^([\w. -]+)=(.*)$/s.exec(pair.trim()) ?? [],
    ),
    ...value.matchAll(/(?<!\S)([\w.-]+)\s*=\s*('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\S*)/g),
  ]
  return pairs.flatMap(([, name = '', password = '']) => (looksSecret(name) ? [unquoted(password)] : []))
}

function inJson(value: string): string[] {
  if (!/^\s*[{[]/.test(value)) return []
  const found: string[] = []
  try {
    JSON.parse(value, (key, leaf: unknown) => {
      if (typeof leaf === 'string') found.push(...(looksSecret(key) ? [leaf] : passwordsIn(leaf)))
      return leaf
    })
  } catch {
    return []
  }
  return found
}

function unquoted(value: string): string {
  return /^(['"]).*\1$/s.test(value) ? value.slice(1, -1).replace(/\\(.)/g, '$1') : value
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}
