import path from 'node:path'
import type { ConnectionOptions } from 'node:tls'
import { PurserError, reasonOf } from '../../../../core/errors.ts'
import type { Dial } from '../../../database.ts'
import type { Budgets } from '../../../wire.ts'
import type { Parameters } from '../protocol/write.ts'
import { ScramPassword } from '../scram/client.ts'
import { type Understood, understand } from './driver.ts'
import { databaseIn } from './url-parts.ts'

/** The real server, and what it takes to log in there. */
export interface Target {
  /** For people, without user and password: `db.internal:5432/shop`. */
  readonly where: string
  readonly address: Address
  readonly tls: Tls | undefined
  readonly user: string
  readonly database: string
  /** The same, as the task's driver may ask for it. */
  readonly databaseNames: readonly string[]
  readonly password: Password | undefined
  /** What the URL asks of every session, unless the task asks for something else. */
  readonly defaults: Parameters
  /** Opens connections to it, from wherever it is reached; from here unless stated. */
  readonly dial: Dial | undefined
}

export interface Reach {
  readonly dial?: Dial | undefined
  readonly budgets?: Budgets | undefined
}

export type Address = { readonly path: string } | { readonly host: string; readonly port: number }

export interface Tls {
  /** For which name the server must have a certificate. */
  readonly host: string
  readonly options: ConnectionOptions
  /** It begins at once, and the server is not asked for it. */
  readonly isDirect: boolean
}

/** In a field that is not seen when the object is printed. */
export class Password {
  readonly #text: string
  readonly scram: ScramPassword

  constructor(text: string) {
    this.#text = text
    this.scram = new ScramPassword(text)
  }

  reveal(): string {
    return this.#text
  }
}

/** Reads a URL. Throws `DATABASE_UNREACHABLE` where nothing can be made of it; it is in no message. */
export async function readTarget(url: string, { dial, budgets = {} }: Reach = {}): Promise<Target> {
  const understood = await understand(url).catch((error: unknown) => {
    if (error instanceof PurserError) throw error
    throw new PurserError('DATABASE_UNREACHABLE', {
      message: `The URL of the database can't be used: ${reasonOf(error)}.`,
      remedy:
        'Correct it where the configuration refers to. Signs like @ : / in a password are written %40 %3A %2F.',
    })
  })
  const { host, port, user, password, isDomainSocket } = understood
  const database = databaseIn(url) ?? understood.database
  return {
    where: isDomainSocket ? `${host} (port ${port})/${database}` : `${host}:${port}/${database}`,
    address: isDomainSocket ? { path: path.join(host, `.s.PGSQL.${port}`) } : { host, port },
    tls: isDomainSocket ? undefined : tlsOf(understood),
    user,
    database,
    databaseNames: [database, understood.database],
    password:
      password === undefined || password === null || password === '' ? undefined : new Password(password),
    defaults: defaultsOf(understood, budgets),
    dial,
  }
}

function tlsOf({ ssl, host, sslnegotiation }: Understood): Tls | undefined {
  if (ssl === false) return undefined
  return { host, options: ssl === true ? {} : { ...ssl }, isDirect: sslnegotiation === 'direct' }
}

const settings = [
  'application_name',
  'client_encoding',
  'options',
  'statement_timeout',
  'lock_timeout',
  'idle_in_transaction_session_timeout',
] as const

function defaultsOf(understood: Understood, { lockTimeoutMs, statementTimeoutMs }: Budgets): Parameters {
  const asked = settings.flatMap((name): readonly (readonly [string, Buffer])[] => {
    const value = understood[name]
    return !value ? [] : [[name, Buffer.from(String(value))]]
  })
  const limits = [
    ...(lockTimeoutMs === undefined ? [] : [`-c lock_timeout=${lockTimeoutMs}`]),
    ...(statementTimeoutMs === undefined ? [] : [`-c statement_timeout=${statementTimeoutMs}`]),
  ]
  return new Map(limits.length === 0 ? asked : [...asked, [budgets, Buffer.from(limits.join(' '))]])
}

/** Limits that stand before all other options of a session, which win. */
export const budgets = 'purser.budgets'
