import { signs } from './protocol.ts'

/** One line of an answer, its fields read. */
export interface ToldFact {
  readonly id: string
  readonly sign: string
  readonly text: string
  readonly source: string
}

interface Told {
  readonly facts: readonly ToldFact[]
  readonly otherUser?: { readonly uid: number; readonly gid: number }
}

/** Reads the lines between the marks, and checks them by what the end mark counts; `broken` is a sentence. */
export function readLines(lines: readonly string[], counts: string): Told | { readonly broken: string } {
  const facts: ToldFact[] = []
  let [inParts, parts] = [0, 0]
  let otherUser: Told['otherUser']
  for (const line of lines) {
    const fields = line.split('\t')
    if (/^\+\t\w+\t\d+$/.test(line)) {
      inParts += Number(fields[2])
      parts += 1
    } else if (/^!\tother-user\t\d+\t\d+$/.test(line)) {
      otherUser = { uid: Number(fields[2]), gid: Number(fields[3]) }
    } else {
      const fact = readFact(fields)
      if (fact === undefined)
        return { broken: `It has a line that is none: ${JSON.stringify(line.slice(0, 80))}.` }
      facts.push(fact)
    }
  }
  const counted = /^(\d+) (\d+)$/.exec(counts)
  if (counted === null) return { broken: `It ends with "${counts}".` }
  if (Number(counted[1]) + inParts !== facts.length || Number(counted[2]) !== parts)
    return {
      broken: `It has ${facts.length} facts in ${parts} parts, and counts ${Number(counted[1]) + inParts} in ${counted[2]}.`,
    }
  return otherUser === undefined ? { facts } : { facts, otherUser }
}

function readFact(fields: readonly string[]): ToldFact | undefined {
  const [id, sign, ...rest] = fields.map(unescaped)
  const [text, source] = rest
  if (id === undefined || id === '' || text === undefined) return undefined
  if (sign === signs.unseen) return rest.length === 1 ? { id, sign, text, source: '' } : undefined
  if (source === undefined || rest.length > 2) return undefined
  if (sign === signs.value) return { id, sign, text, source }
  if (sign !== signs.keyed && sign !== signs.long) return undefined
  // The hash comes last, and sha256sum names its input after it.
  const hash = /^([0-9a-f]{64})(?: [ *]-)?$/.exec(source)?.[1]
  return hash === undefined ? undefined : { id, sign, text: hash, source: text }
}

function unescaped(text: string): string {
  return text.replace(/\\(?:x([0-9a-f]{2})|\\)/g, (_, hex: string | undefined) =>
    hex === undefined ? '\\' : String.fromCharCode(Number.parseInt(hex, 16)),
  )
}
