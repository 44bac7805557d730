import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { kept } from './folders.ts'

const file = join(kept, 'credentials.json')

/** The secrets of this Atlas. They live as long as its data. */
export interface Credentials {
  /** PostgreSQL's superuser, who makes the database. */
  readonly superuser: string
  /** The app's own database user. */
  readonly atlas: string
  readonly token: string
}

export async function readCredentials(): Promise<Credentials | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined)
  return text === undefined ? undefined : JSON.parse(text)
}

export async function makeCredentials(): Promise<Credentials> {
  const secret = () => randomBytes(18).toString('hex')
  const credentials = { superuser: secret(), atlas: secret(), token: secret() }
  await writeFile(file, `${JSON.stringify(credentials, null, 2)}\n`, { mode: 0o600 })
  return credentials
}
