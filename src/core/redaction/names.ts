/** Words that name a secret by themselves, also at the end of another word: `PGPASSWORD`, `csrftoken`. */
const secretEnding =
  /(?:password|passwd|passphrase|secret|credential|token|apikey|privatekey|accesskey)s?\d*$/
const secretWords = wordSet('pass auth authorization dsn cookie cookies salt')

/** `STRIPE_KEY` is a secret, `SORT_KEY` is not. */
const ordinaryKeys = wordSet(
  'primary foreign sort partition routing cache hash range unique index composite natural shard tenant',
  'customer idempotency group row column map object registry hot',
)

/** Last words of names that tell something about a secret, and not the secret: `COOKIE_DOMAIN`, `SALT_ROUNDS`. */
const aboutASecret = wordSet(
  'file files path paths dir directory url uri host hostname port domain endpoint issuer audience scope scopes',
  'ttl expiry expires expiration lifetime timeout age length size count limit max min rounds bits algorithm alg',
  'type method mode provider name prefix suffix policy strategy version enabled disabled required sock socket',
  'parallelism',
)

/** Words that say that a value is meant to be seen, or counts a language model's tokens. */
const openWords = wordSet('public publishable max min')

/** Whether a variable or a parameter with this name (`DB_PASSWORD`, `apiKey`) holds something to be hidden. */
export function looksSecret(name: string): boolean {
  const words = wordsOf(name)
  if (aboutASecret.has(words.at(-1) ?? '') || words.some((word) => openWords.has(word))) return false
  return words.some((word) => secretWords.has(word) || secretEnding.test(word)) || isKey(words)
}

function isKey(words: readonly string[]): boolean {
  if (/\b(?:api|private|signing|encryption|access) keys?\b/.test(words.join(' '))) return true
  const [before, last] = words.slice(-2)
  if (before === undefined || last === undefined) return false
  // PWD and OLDPWD are folders, MYSQL_PWD is not
  return last === 'pwd' || (/^keys?$/.test(last) && !ordinaryKeys.has(before))
}

/** `DB_PASSWORD`, `dbPassword` and `db-password` are the words `db password`. */
function wordsOf(name: string): string[] {
  const apart = name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
  return apart
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '')
}

function wordSet(...lines: readonly string[]): ReadonlySet<string> {
  return new Set(lines.join(' ').split(' '))
}
