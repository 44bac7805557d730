/** The one question of a DNS query (RFC 1035, 4.1). */
export interface DnsQuestion {
  /** Without the dot at its end; bytes that are no printable ASCII as `?`. */
  readonly name: string
  readonly type: number
  /** Where the question ends in the message. */
  readonly end: number
}

export const dnsTypes = { a: 1, ptr: 12, aaaa: 28, svcb: 64, https: 65 } as const

const names: Readonly<Record<number, string>> = {
  2: 'NS',
  5: 'CNAME',
  6: 'SOA',
  15: 'MX',
  16: 'TXT',
  33: 'SRV',
  35: 'NAPTR',
  255: 'ANY',
}

/** How people call a type. */
export function dnsTypeName(type: number): string {
  return names[type] ?? `TYPE${type}`
}

const headerBytes = 12
const nameError = 3
const secondsToLive = 60

/** Reads a query. Nothing where it is none, or not a whole one. */
export function parseQuery(message: Buffer): DnsQuestion | undefined {
  if (message.length < headerBytes || message.readUInt16BE(4) < 1 || (message[2] ?? 0) >= 0x80)
    return undefined
  const labels: string[] = []
  let at = headerBytes
  for (let length = message[at]; length !== 0; length = message[at]) {
    if (length === undefined || length > 63) return undefined
    labels.push(message.toString('latin1', at + 1, at + 1 + length).replace(/[^\x21-\x7e]/g, '?'))
    at += 1 + length
  }
  if (message.length < at + 5) return undefined
  return { name: labels.join('.'), type: message.readUInt16BE(at + 1), end: at + 5 }
}

/** Answers a query with one address, with none for a name that there is, or with "no such name". */
export function answerQuery(
  query: Buffer,
  question: DnsQuestion,
  answer: Buffer | 'nothing' | 'no such name',
): Buffer {
  const header = Buffer.alloc(headerBytes)
  query.copy(header, 0, 0, 2)
  header[2] = 0x84 | ((query[2] ?? 0) & 0x01) // an authoritative response; whether recursion was desired is repeated
  header[3] = 0x80 | (answer === 'no such name' ? nameError : 0)
  header.writeUInt16BE(1, 4)
  const asked = query.subarray(headerBytes, question.end)
  if (typeof answer === 'string') return Buffer.concat([header, asked])
  header.writeUInt16BE(1, 6)
  const record = Buffer.alloc(12)
  record.writeUInt16BE(0xc000 | headerBytes, 0) // the name is that of the question
  record.writeUInt16BE(question.type, 2)
  record.writeUInt16BE(1, 4)
  record.writeUInt32BE(secondsToLive, 6)
  record.writeUInt16BE(answer.length, 10)
  return Buffer.concat([header, asked, record, answer])
}
