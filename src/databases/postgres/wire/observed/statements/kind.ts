/** What a statement does to the transaction that it is in. */
export type Kind =
  | 'begin'
  /** Ends it so that what it did stays, also one that is only prepared to. */
  | 'commit'
  | 'rollback'
  /** Can be in none, and commits by itself. */
  | 'alone'
  | 'other'

const kinds: readonly (readonly [RegExp, Kind])[] = [
  [/^(BEGIN|START TRANSACTION)\b/, 'begin'],
  [/^(COMMIT|ROLLBACK) PREPARED\b/, 'alone'],
  [/^(COMMIT|END|PREPARE TRANSACTION)\b/, 'commit'],
  [/^ROLLBACK( WORK| TRANSACTION)? TO\b/, 'other'],
  [/^(ROLLBACK|ABORT)\b/, 'rollback'],
  [/^(VACUUM|ALTER SYSTEM|DISCARD ALL)\b/, 'alone'],
  [/^(CREATE|DROP) (DATABASE|TABLESPACE|SUBSCRIPTION)\b/, 'alone'],
  [/^(CREATE( UNIQUE)?|DROP) INDEX CONCURRENTLY\b/, 'alone'],
  [/^REINDEX\b.* CONCURRENTLY\b/, 'alone'],
  [/^REINDEX\b.*(DATABASE|SCHEMA|SYSTEM)\b/, 'alone'],
  [/^ALTER DATABASE\b.* SET TABLESPACE\b/, 'alone'],
  [/^ALTER TABLE\b.* DETACH PARTITION\b.* CONCURRENTLY\b/, 'alone'],
  [/^CLUSTER$/, 'alone'],
]

/** Whether a statement that ends a transaction begins another at once (`COMMIT AND CHAIN`). */
export function isChained(words: readonly string[]): boolean {
  const chain = words.indexOf('CHAIN')
  return chain > 0 && words[chain - 1] !== 'NO'
}

/** By a statement's first words, in capitals. What is mistaken for `other` here, the server refuses in a transaction. */
export function kindOf(words: readonly string[]): Kind {
  const text = words.join(' ')
  return kinds.find(([pattern]) => pattern.test(text))?.[1] ?? 'other'
}
