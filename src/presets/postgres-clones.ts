import type { CloneWiring } from '../databases/clone.ts'
import type { DatabaseWiring } from '../databases/database.ts'
import type { Reference } from '../environment/reference.ts'
import { referenceProblem } from './reference-problem.ts'

/** How clones of a PostgreSQL database are made. */
export interface PostgresClones {
  /** A server for clones, as a role that may make databases there: a URL by reference, of any database of it. */
  readonly server?: Reference
  /** A replica that is copied from in the place of production. */
  readonly replica?: Reference
  /** Commands that make and drop clones elsewhere, in the place of a server. The first prints the clone's URL. */
  readonly command?: { readonly create: readonly string[]; readonly drop: readonly string[] }
  /** Whether clones may be made on the server that production runs on. False unless stated. */
  readonly allowProductionServer?: boolean
  /** After how many milliseconds a golden copy is made anew. A day (86,400,000) unless stated. */
  readonly refreshAfterMs?: number
  /** How many connections dump and restore at once. 2 unless stated. */
  readonly connections?: number
  /** How many bytes the clones of this environment may take, where the server's disk can't be asked. */
  readonly freeBytes?: number
  /** Whether to go on where nobody can tell how much room there is. False unless stated. */
  readonly allowUnknownSpace?: boolean
  /** Columns by table (`schema.table`), each with the SQL expression that takes the place of its values. */
  readonly mask?: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** Partitions that come and go by themselves, as `schema.table` with `*` for any characters. */
  readonly passingPartitions?: readonly string[]
}

const day = 86_400_000

/** The wiring of clones; it loads nothing before it is opened. */
export function wireClones(clones: PostgresClones): CloneWiring {
  const { server, replica, command, passingPartitions = [] } = clones
  return {
    ...(server === undefined ? {} : { server }),
    ...(replica === undefined ? {} : { replica }),
    passingPartitions,
    open: async (place) => {
      const { openCloner } = await import('../databases/postgres/clone/open-cloner.ts')
      return openCloner(place, {
        allowProductionServer: clones.allowProductionServer ?? false,
        refreshAfterMs: clones.refreshAfterMs ?? day,
        connections: clones.connections ?? 2,
        allowUnknownSpace: clones.allowUnknownSpace ?? false,
        mask: clones.mask ?? {},
        passingPartitions,
        ...(clones.freeBytes === undefined ? {} : { freeBytes: clones.freeBytes }),
        ...(command === undefined ? {} : { command }),
      })
    },
  }
}

type Problems = DatabaseWiring['problems']

/** All that is wrong with `clones`, each with its path below the database. */
export function cloneProblems(clones: unknown): Problems {
  if (!isRecord(clones))
    return [{ path: 'clones', message: 'must be an object, such as { server: { file } }.' }]
  const given = Object.entries(clones).filter(([, value]) => value !== undefined)
  const wrong = given.flatMap(([key, value]) => {
    const check = checks[key]
    const message =
      check === undefined ? `is not known here. Known keys: ${Object.keys(checks).join(', ')}.` : check(value)
    return message === undefined ? [] : [{ path: `clones.${key}`, message }]
  })
  const ways = ['server', 'command'].filter((key) => clones[key] !== undefined)
  if (ways.length === 1) return wrong
  return [...wrong, { path: 'clones', message: 'must have a server or a command, and not both.' }]
}

const variable = 'DATABASE_URL'
const checks: Readonly<Record<string, (value: unknown) => string | undefined>> = {
  server: (value) => referenceProblem(value, { variable, file: '/run/secrets/clone-server-url' }),
  replica: (value) => referenceProblem(value, { variable, file: '/run/secrets/replica-url' }),
  command: (value) =>
    isRecord(value) && isCommand(value.create) && isCommand(value.drop) && Object.keys(value).length === 2
      ? undefined
      : "must be { create: ['program', '{name}'], drop: ['program', '{name}'] }, words each.",
  allowProductionServer: isBoolean,
  allowUnknownSpace: isBoolean,
  refreshAfterMs: (value) => wholeFrom(value, 0),
  connections: (value) => wholeFrom(value, 1),
  freeBytes: (value) => wholeFrom(value, 0),
  mask: maskProblem,
  passingPartitions: (value) =>
    Array.isArray(value) && value.every((one) => typeof one === 'string' && /^[^.]+\..+$/.test(one))
      ? undefined
      : "must be a list of tables, each with its schema, such as ['public.events_*'].",
}

function maskProblem(mask: unknown): string | undefined {
  const example = `{ 'public.users': { email: "'user' || id || '@example.org'" } }`
  if (!isRecord(mask)) return `must be an object, such as ${example}.`
  for (const [table, columns] of Object.entries(mask)) {
    const isWhole = isRecord(columns) && Object.keys(columns).length > 0
    const expressions = isWhole ? Object.values(columns) : []
    if (!/^[^.]+\..+$/.test(table)) return `names the table ${table} without its schema: expected ${example}.`
    if (!isWhole || !expressions.every((one) => typeof one === 'string' && one.trim() !== ''))
      return `has no SQL expression for each column of ${table}: expected ${example}.`
  }
  return undefined
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isCommand(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((word) => typeof word === 'string')
}

function isBoolean(value: unknown): string | undefined {
  return typeof value === 'boolean' ? undefined : `is ${JSON.stringify(value)}: expected true or false.`
}

function wholeFrom(value: unknown, least: number): string | undefined {
  return Number.isSafeInteger(value) && Number(value) >= least
    ? undefined
    : `is ${JSON.stringify(value)}: expected a whole number from ${least}.`
}
