import path from 'node:path'
import type { DatabaseWiring } from '../databases/database.ts'
import type { Reference } from '../environment/reference.ts'
import { cloneProblems, type PostgresClones, wireClones } from './postgres-clones.ts'

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
  }
}

function problemsOf(url: unknown): DatabaseWiring['problems'] {
  const isReference =
    typeof url === 'object' &&
    url !== null &&
    Object.keys(url).length === 1 &&
    ('variable' in url || 'file' in url)
  if (isReference && 'file' in url && !path.isAbsolute(String(url.file))) {
    return [
      {
        path: 'url.file',
        message: `is ${url.file}: expected a whole path, such as /run/secrets/database-url.`,
      },
    ]
  }
  if (isReference && Object.values(url).every((value) => typeof value === 'string' && value !== '')) return []
  const example = "{ variable: 'DATABASE_URL' } or { file: '/run/secrets/database-url' }"
  return [{ path: 'url', message: `must be a reference, never the URL itself: ${example}.` }]
}
