import { cancelRequest, gssRequest, sslRequest } from './codes.ts'
import { Garbled, type Inbox } from './inbox.ts'
import type { Parameters } from './write.ts'

/** What a client begins a connection with. */
export type FirstPacket =
  | { readonly kind: 'encryption'; readonly of: 'ssl' | 'gss' }
  /** Process and key as they were handed out, together. */
  | { readonly kind: 'cancel'; readonly key: Buffer }
  | { readonly kind: 'start'; readonly version: number; readonly parameters: Parameters }

// As in the server: more is no start of a session.
const longestStart = 10_000
// process, and a key of 4 to 256 bytes
const cancelKey = { least: 8, most: 260 }

/** Throws `Garbled` where it is none of these, and `HungUp`. */
export async function readFirstPacket(inbox: Inbox): Promise<FirstPacket> {
  const length = (await inbox.bytes(4)).readInt32BE(0)
  if (length < 8 || length > longestStart) throw new Garbled(`its first packet has a length of ${length}`)
  const body = await inbox.bytes(length - 4)
  const code = body.readInt32BE(0)
  const rest = body.subarray(4)
  switch (code) {
    case sslRequest:
    case gssRequest:
      if (rest.length > 0) throw new Garbled('its request for encryption has something behind it')
      return { kind: 'encryption', of: code === sslRequest ? 'ssl' : 'gss' }
    case cancelRequest:
      if (rest.length < cancelKey.least || rest.length > cancelKey.most) {
        throw new Garbled(`its request to cancel has a key of ${rest.length} bytes`)
      }
      return { kind: 'cancel', key: rest }
    default:
      return { kind: 'start', version: code, parameters: parametersOf(code, rest) }
  }
}

function parametersOf(version: number, bytes: Buffer): Parameters {
  const parameters = new Map<string, Buffer>()
  if (version >> 16 !== 3) return parameters // another major version: whatever it has is read by nobody
  let at = 0
  const next = () => {
    const end = bytes.indexOf(0, at)
    if (end < 0) throw new Garbled('its start has no end')
    const value = bytes.subarray(at, end)
    at = end + 1
    return value
  }
  for (let name = next(); name.length > 0; name = next()) parameters.set(name.toString('latin1'), next())
  if (at !== bytes.length) throw new Garbled('its start has something behind its end')
  return parameters
}
