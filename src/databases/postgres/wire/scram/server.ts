import { randomBytes, timingSafeEqual } from 'node:crypto'
import { attributesOf, hmac, type ScramKeys, scramKeys, sha256, xor } from './keys.ts'

// What PostgreSQL has; the password is random, so that more would protect nothing.
const iterations = 4_096

/** What it takes to check a password without having it. */
export interface Verifier {
  readonly salt: string
  readonly keys: ScramKeys
}

/** For a password of ASCII letters, digits and signs. */
export async function verifierOf(password: string): Promise<Verifier> {
  const salt = randomBytes(16)
  return { salt: salt.toString('base64'), keys: await scramKeys(password, salt, iterations) }
}

/** What a client said is not SCRAM, or asks for what there is not. */
export class ScramRefusal extends Error {}

/** The side of SCRAM-SHA-256 that checks (RFC 5802), without channel binding: there is no TLS to bind to. */
export class ScramServer {
  readonly #verifier: Verifier
  #header = ''
  #clientFirst = ''
  #serverFirst = ''
  #nonce = ''

  constructor(verifier: Verifier) {
    this.#verifier = verifier
  }

  /** Answers the client's first message. Throws `ScramRefusal`. */
  first(clientFirst: string): string {
    if (clientFirst.startsWith('p=')) throw new ScramRefusal(bindsChannel)
    const match = /^([ny],,)(n=[^,]*,r=([\x21-\x2b\x2d-\x7e]+))$/.exec(clientFirst)
    if (match === null) throw new ScramRefusal('its first message of SCRAM is malformed')
    const [, header = '', bare = '', clientNonce = ''] = match
    this.#header = header
    this.#clientFirst = bare
    this.#nonce = clientNonce + randomBytes(18).toString('base64')
    this.#serverFirst = `r=${this.#nonce},s=${this.#verifier.salt},i=${iterations}`
    return this.#serverFirst
  }

  /** Answers the client's proof; `undefined` where it has another password. Throws `ScramRefusal`. */
  final(clientFinal: string): string | undefined {
    const at = clientFinal.lastIndexOf(',p=')
    const withoutProof = clientFinal.slice(0, at)
    const attributes = attributesOf(withoutProof)
    const header = Buffer.from(attributes.get('c') ?? '', 'base64').toString()
    if (header.startsWith('p=')) throw new ScramRefusal(bindsChannel)
    if (at < 0 || header !== this.#header || attributes.get('r') !== this.#nonce) {
      throw new ScramRefusal('its last message of SCRAM does not follow from the first')
    }
    const { stored, server } = this.#verifier.keys
    const conversation = `${this.#clientFirst},${this.#serverFirst},${withoutProof}`
    const proof = Buffer.from(clientFinal.slice(at + 3), 'base64')
    if (proof.length !== stored.length) return undefined
    const shown = sha256(xor(proof, hmac(stored, conversation)))
    if (!timingSafeEqual(shown, stored)) return undefined
    return `v=${hmac(server, conversation).toString('base64')}`
  }
}

const bindsChannel =
  'it binds its password to a TLS channel (channel_binding), and the wire has none on this side'
