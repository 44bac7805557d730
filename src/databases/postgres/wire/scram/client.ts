import { randomBytes, timingSafeEqual } from 'node:crypto'
import { attributesOf, hmac, type ScramKeys, scramKeys, xor } from './keys.ts'
import { saslprep } from './saslprep.ts'

// A server that asks for more would only keep us busy; PostgreSQL's own is 4,096.
const mostIterations = 10_000_000

/** A password, and the keys that were made of it: they cost milliseconds, and are the same in every session. */
export class ScramPassword {
  readonly #password: string
  readonly #keys = new Map<string, Promise<ScramKeys>>()

  constructor(password: string) {
    this.#password = saslprep(password)
  }

  keys(salt: string, iterations: number): Promise<ScramKeys> {
    const name = `${iterations} ${salt}`
    const keys = this.#keys.get(name) ?? scramKeys(this.#password, Buffer.from(salt, 'base64'), iterations)
    if (this.#keys.size > 10) this.#keys.clear()
    this.#keys.set(name, keys)
    return keys
  }
}

/** The side of SCRAM-SHA-256 that knows the password (RFC 5802), without channel binding. */
export class ScramClient {
  readonly #password: ScramPassword
  readonly #nonce = randomBytes(18).toString('base64')
  #expected: Buffer | undefined

  constructor(password: ScramPassword) {
    this.#password = password
  }

  first(): string {
    return `n,,${this.#firstBare()}`
  }

  /** Throws what is wrong with the server's first message. */
  async final(serverFirst: string): Promise<string> {
    const attributes = attributesOf(serverFirst)
    const nonce = attributes.get('r') ?? ''
    const salt = attributes.get('s') ?? ''
    const iterations = Number(attributes.get('i'))
    if (!nonce.startsWith(this.#nonce) || nonce === this.#nonce || salt === '') throw new Error(notScram)
    if (!Number.isInteger(iterations) || iterations < 1 || iterations > mostIterations) {
      throw new Error(`the server asks for ${attributes.get('i')} iterations of SCRAM`)
    }
    const keys = await this.#password.keys(salt, iterations)
    const withoutProof = `c=biws,r=${nonce}`
    const conversation = `${this.#firstBare()},${serverFirst},${withoutProof}`
    this.#expected = hmac(keys.server, conversation)
    const proof = xor(keys.client, hmac(keys.stored, conversation))
    return `${withoutProof},p=${proof.toString('base64')}`
  }

  /** Throws unless the server has proved that it knows the password too. */
  check(serverFinal: string): void {
    const signature = Buffer.from(attributesOf(serverFinal).get('v') ?? '', 'base64')
    const expected = this.#expected
    if (expected === undefined || signature.length !== expected.length) throw new Error(unproved)
    if (!timingSafeEqual(signature, expected)) throw new Error(unproved)
  }

  #firstBare(): string {
    return `n=,r=${this.#nonce}`
  }
}

const notScram = 'the server does not speak SCRAM-SHA-256 as it should'
const unproved = 'the server did not prove that it knows the password'
