/** A message's body as text, whatever the client has made of it by its content type: text, bytes or parsed JSON. */
export function textOf(body: unknown): string {
  if (typeof body === 'string') return body
  if (Buffer.isBuffer(body)) return body.toString('utf8')
  try {
    return JSON.stringify(body) ?? ''
  } catch {
    return '' // nested too deep
  }
}
