import type { DatabaseWiring } from '../databases/database.ts'
import type { Reference } from '../environment/reference.ts'
import { cloneProblems, type PostgresClones, wireClones } from './postgres-clones.ts'
import { referenceProblem } from './reference-problem.ts'

interface PostgresOptions {
  readonly url: Reference
  /** How it is cloned, for rehearsals. */
  readonly clones?: PostgresClones
}

/** A PostgreSQL database, its URL by reference: a variable of the release, or a file. Needs the package `pg`. */
export function postgres(options: PostgresOptions): DatabaseWiring {
  const { clones } = options
  return {
    kind: 'postgres',
    url: options.url,
    problems: [...problemsOf(options.url), ...(clones === undefined ? [] : cloneProblems(clones))],
    ...(clones === undefined ? {} : { clones: wireClones(clones) }),
    open: async (url, dial) => {
      const { PostgresDatabase } = await import('../databases/postgres/postgres-database.ts')
      return PostgresDatabase.connect(url, dial)
    },
    observe: async (url, dial) => {
      const { observePostgres } = await import('../databases/postgres/observe.ts')
      return observePostgres(url, dial)
    },
    inspect: async (url, dial) => {
      const { openInspector } = await import('../databases/postgres/inspect/open-inspector.ts')
      return openInspector(url, dial)
    },
    wire: async (url, options) => {
      const { openWire } = await import('../databases/postgres/wire/open-wire.ts')
      return openWire(url, options)
    },
  }
}

function problemsOf(url: unknown): DatabaseWiring['problems'] {
  const message = referenceProblem(url, { variable: 'DATABASE_URL', file: '/run/secrets/database-url' })
  return message === undefined ? [] : [{ path: 'url', message }]
}
