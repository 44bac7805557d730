/** What a server says with an ErrorResponse (PostgreSQL's manual, "Error and Notice Message Fields"). */
export class ServerError extends Error {
  readonly state: string
  /** The message as it came, to be handed on. */
  readonly bytes: Buffer

  constructor(body: Buffer, bytes: Buffer) {
    const fields = fieldsOf(body)
    super(fields.get('M') ?? 'the server gave no reason')
    this.name = 'ServerError'
    this.state = fields.get('C') ?? ''
    this.bytes = bytes
  }
}

/** By their letters. */
export function fieldsOf(body: Buffer): ReadonlyMap<string, string> {
  const texts = body.toString('utf8').split('\0')
  return new Map(texts.filter((text) => text !== '').map((text) => [text.slice(0, 1), text.slice(1)]))
}
