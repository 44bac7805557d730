import { afterToken, type Rules } from './cut.ts'

/** Statements whose constants say what a schema or a setting is to be, by their first words. */
const ofSchema =
  /^(CREATE|ALTER|DROP|COMMENT|SECURITY LABEL|GRANT|REVOKE|TRUNCATE|REINDEX|CLUSTER|VACUUM|ANALY[SZ]E|REFRESH|LOCK|REASSIGN|IMPORT|CHECKPOINT|BEGIN|START|COMMIT|END|ROLLBACK|ABORT|SAVEPOINT|RELEASE|SET|RESET|SHOW|DISCARD|DEALLOCATE|LISTEN|UNLISTEN)\b/

/** Of these, those in which passwords stand. */
const withSecrets =
  /^(CREATE|ALTER) (ROLE|USER|GROUP|SUBSCRIPTION|SERVER|FOREIGN|SYSTEM|DATABASE)\b|^IMPORT\b/

/** A setting of an application's own, whose value may be anything. */
const ownSetting = /^\s*set\s+(?:(?:local|session)\s+)?"?\w+"?\s*\./i

const longest = 10_000

/**
 * A statement as it may be kept: of one that carries data, constants are replaced by `…`, and comments are left out; of a
 * program (`DO`), those in it. It has no semicolon at its end.
 */
export function redact(sql: string, words: readonly string[], rules: Rules): string {
  const text = words.join(' ')
  const isPlain = ofSchema.test(text) && !withSecrets.test(text) && !ownSetting.test(sql)
  const whole = (isPlain ? sql : withoutConstants(sql, rules, words[0] === 'DO'))
    .replace(/[\s;]+$/, '')
    .trimStart()
  return whole.length > longest ? `${whole.slice(0, longest)}…` : whole
}

function withoutConstants(sql: string, rules: Rules, isProgram = false): string {
  let kept = ''
  for (let at = 0; at < sql.length; ) {
    const next = afterParameter(sql, at) ?? afterToken(sql, at, rules)
    kept += shown(sql.slice(at, next), rules, isProgram)
    at = next
  }
  return kept
}

const parameter = /\$\d+/y

function afterParameter(sql: string, at: number): number | undefined {
  parameter.lastIndex = at
  return parameter.test(sql) ? parameter.lastIndex : undefined
}

const string = /^(?:[eEbBxXnN]?'|\d)/
const dollars = /^(\$(?:[^\d$][^$]*)?\$)([\s\S]*)\1$/

function shown(token: string, rules: Rules, isProgram: boolean): string {
  if (string.test(token)) return '…'
  if (token.startsWith('--')) return '\n'
  if (token.startsWith('/*')) return ' '
  const [, tag, body] = dollars.exec(token) ?? []
  if (tag === undefined || body === undefined) return token
  return isProgram ? `${tag}${withoutConstants(body, rules)}${tag}` : '…'
}
