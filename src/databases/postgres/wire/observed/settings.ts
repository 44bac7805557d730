/** In these, a byte of ASCII may be the second half of another sign (PostgreSQL's manual, "Character Set Support"). */
const ambiguous = ['BIG5', 'GB18030', 'GBK', 'JOHAB', 'SJIS', 'SHIFT_JIS_2004', 'UHC']

/** What the server has told of the session's settings that decide how a text of SQL is read. */
export class Settings {
  /** Whether a backslash in a string stands for itself. */
  isBackslashPlain = true
  #encoding = 'UTF8'

  /** From a ParameterStatus. */
  learn(bytes: Buffer): void {
    const [name, value = ''] = bytes.toString('latin1', 5).split('\0')
    if (name === 'standard_conforming_strings') this.isBackslashPlain = value === 'on'
    if (name === 'client_encoding') this.#encoding = value.toUpperCase()
  }

  /** From all that a server says when a session begins. */
  learnAll(greeting: Buffer): void {
    for (let at = 0; at + 5 <= greeting.length; at += 1 + greeting.readInt32BE(at + 1)) {
      if (greeting[at] === 'S'.charCodeAt(0))
        this.learn(greeting.subarray(at, at + 1 + greeting.readInt32BE(at + 1)))
    }
  }

  /** A text of which each sign is a byte, as people read it. */
  decode(bytes: string): string {
    const isWide = this.#encoding === 'UTF8' || this.#encoding === 'SQL_ASCII'
    return isWide ? Buffer.from(bytes, 'latin1').toString() : bytes
  }

  /** Why it can't be told where a statement of this text ends. `undefined`: it can. */
  whyUnreadable(sql: string): string | undefined {
    const isAmbiguous = ambiguous.includes(this.#encoding) && /[\x80-\xff]/.test(sql)
    return isAmbiguous ? `the session's client_encoding is ${this.#encoding}` : undefined
  }
}
