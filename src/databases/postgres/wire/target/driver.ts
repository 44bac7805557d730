import { loadDriver } from '../../connect.ts'

/** What `pg` makes of a URL, as far as it is of use here. */
export interface Understood {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password?: string | null
  readonly database: string
  readonly isDomainSocket: boolean
  readonly ssl: boolean | Readonly<Record<string, unknown>>
  readonly sslnegotiation?: string
  readonly options?: string
  readonly application_name?: string
  readonly client_encoding?: string
  readonly statement_timeout?: number | string
  readonly lock_timeout?: number | string
  readonly idle_in_transaction_session_timeout?: number | string
}

/** Reads a URL as every other connection of ours does. Throws what `pg` throws, and `PACKAGE_MISSING`. */
export async function understand(url: string): Promise<Understood> {
  const { default: pg } = await loadDriver()
  const client = new pg.Client({ connectionString: url })
  return (client as unknown as { readonly connectionParameters: Understood }).connectionParameters
}
