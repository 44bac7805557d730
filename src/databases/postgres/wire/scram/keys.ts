import { createHash, createHmac, pbkdf2 } from 'node:crypto'
import { promisify } from 'node:util'

const derive = promisify(pbkdf2)

/** What a password comes to, with a salt, by SCRAM-SHA-256 (RFC 5802, section 3; RFC 7677). */
export interface ScramKeys {
  readonly client: Buffer
  readonly stored: Buffer
  readonly server: Buffer
}

export async function scramKeys(password: string, salt: Buffer, iterations: number): Promise<ScramKeys> {
  const salted = await derive(password, salt, iterations, 32, 'sha256')
  const client = hmac(salted, 'Client Key')
  return { client, stored: sha256(client), server: hmac(salted, 'Server Key') }
}

export function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

export function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest()
}

export function xor(a: Buffer, b: Buffer): Buffer {
  return Buffer.from(a.map((byte, index) => byte ^ (b[index] ?? 0)))
}

/** The attributes of a message, `r=…,s=…,i=…`, by their letters. */
export function attributesOf(text: string): ReadonlyMap<string, string> {
  return new Map(text.split(',').map((part) => [part.slice(0, 1), part.slice(2)]))
}
