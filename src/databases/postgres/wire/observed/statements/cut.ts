/** Where one statement of a text begins and ends; its semicolon is in it. */
export interface Piece {
  readonly start: number
  readonly end: number
  /** Its first words, in capitals, without comments. */
  readonly words: readonly string[]
}

export interface Rules {
  /** Whether a backslash in a plain string stands for itself (`standard_conforming_strings`). */
  readonly isBackslashPlain: boolean
}

const keptWords = 12

// What a text of SQL is made of (PostgreSQL's manual, "Lexical Structure"). Comments nest, and are cut by hand.
const wordStart = /[A-Za-z_\u0080-\uffff]/
const word = /[\w$\u0080-\uffff]*/y
const dollarTag = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y
const number = /[\d][\w.]*/y

/**
 * Cuts a text into statements as the server's own parser does: at semicolons that are in no string, comment, pair of
 * parentheses, or body of a function that is written in SQL (`BEGIN ATOMIC … END`). A text without any has one, empty.
 */
export function cut(sql: string, rules: Rules): readonly Piece[] {
  const pieces: Piece[] = []
  let start = 0
  let statement = new Statement()
  let at = 0
  while (at < sql.length) {
    const sign = sql[at] ?? ''
    const next = afterToken(sql, at, rules)
    if (wordStart.test(sign)) statement.word(sql.slice(at, next))
    else if (sign === ';' && statement.isAtEnd(sign)) {
      pieces.push({ start, end: next, words: statement.words })
      start = next
      statement = new Statement()
    } else statement.sign(sign, sql.slice(at, next))
    at = next
  }
  if (statement.hasContent || pieces.length === 0)
    pieces.push({ start, end: sql.length, words: statement.words })
  return pieces
}

/** Where the token that begins here ends. */
export function afterToken(sql: string, at: number, { isBackslashPlain }: Rules): number {
  const sign = sql[at] ?? ''
  const two = sql.slice(at, at + 2)
  if (two === '--') return orEnd(sql.indexOf('\n', at), sql) + 1
  if (two === '/*') return afterComment(sql, at)
  if (/^[eE]'/.test(two)) return afterString(sql, at + 2, "'", true)
  if (/^[bBxXnN]'/.test(two)) return afterString(sql, at + 2, "'", /^[nN]/.test(two) && !isBackslashPlain)
  if (sign === "'") return afterString(sql, at + 1, "'", !isBackslashPlain)
  if (sign === '"') return afterString(sql, at + 1, '"', false)
  if (sign === '$') return afterDollar(sql, at)
  if (wordStart.test(sign)) return after(word, sql, at)
  if (/\d/.test(sign)) return after(number, sql, at)
  return at + 1
}

function after(pattern: RegExp, sql: string, at: number): number {
  pattern.lastIndex = at
  return pattern.test(sql) ? Math.max(pattern.lastIndex, at + 1) : at + 1
}

function orEnd(index: number, sql: string): number {
  return index < 0 ? sql.length : index
}

function afterComment(sql: string, at: number): number {
  let depth = 0
  for (let i = at; i < sql.length; i += 1) {
    const two = sql.slice(i, i + 2)
    if (two === '/*') depth += 1
    else if (two === '*/') depth -= 1
    else continue
    i += 1
    if (depth === 0) return i + 1
  }
  return sql.length
}

function afterString(sql: string, from: number, quote: string, hasEscapes: boolean): number {
  for (let i = from; i < sql.length; i += 1) {
    if (hasEscapes && sql[i] === '\\') i += 1
    else if (sql[i] === quote) {
      if (sql[i + 1] !== quote) return i + 1
      i += 1
    }
  }
  return sql.length
}

function afterDollar(sql: string, at: number): number {
  dollarTag.lastIndex = at
  const tag = dollarTag.exec(sql)?.[0]
  if (tag === undefined) return at + 1 // a parameter, or an operator
  const end = sql.indexOf(tag, at + tag.length)
  return end < 0 ? sql.length : end + tag.length
}

/** What is known of the statement that is being read. */
class Statement {
  readonly words: string[] = []
  hasContent = false
  #parentheses = 0
  #blocks = 0

  word(text: string): void {
    this.hasContent = true
    const upper = text.toUpperCase()
    if (this.words.length < keptWords) this.words.push(upper)
    if (!this.#isRoutine) return
    // In a routine's body in SQL: BEGIN ATOMIC, and CASE inside, each with an END.
    if (upper === 'BEGIN' || (this.#blocks > 0 && upper === 'CASE')) this.#blocks += 1
    else if (upper === 'END' && this.#blocks > 0) this.#blocks -= 1
  }

  sign(sign: string, text: string): void {
    if (sign.trim() === '' || text.startsWith('--') || text.startsWith('/*')) return
    this.hasContent = true
    if (sign === '(') this.#parentheses += 1
    else if (sign === ')' && this.#parentheses > 0) this.#parentheses -= 1
  }

  isAtEnd(_sign: ';'): boolean {
    return this.#parentheses === 0 && this.#blocks === 0
  }

  get #isRoutine(): boolean {
    return /^CREATE (OR REPLACE )?(FUNCTION|PROCEDURE)\b/.test(this.words.slice(0, 4).join(' '))
  }
}
