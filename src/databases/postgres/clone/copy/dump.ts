import { createReadStream } from 'node:fs'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import type { CopyPrograms } from './programs.ts'
import { mustRun } from './run-program.ts'

/** How long the dump waits for a lock on production: who waits for one keeps everybody behind it waiting too. */
const lockWaitMs = 5_000

/**
 * The sessions of a dump: production is only read, whatever else its role may do. Idle limits of the role would cut a
 * dump's idle connections.
 */
export const readingOptions = [
  '-c default_transaction_read_only=on',
  '-c statement_timeout=0',
  '-c idle_in_transaction_session_timeout=0',
] as const

interface DumpPlan {
  readonly programs: CopyPrograms
  /** What libpq is told in the environment. */
  readonly variables: Readonly<Record<string, string>>
  /** Exported by the session that looked at the schema, so that both see the same. */
  readonly snapshot: string
  readonly folder: string
  readonly connections: number
  readonly isReplica: boolean
  readonly signal: AbortSignal
}

/** Dumps a database into a folder, with ACCESS SHARE locks only. Throws `CLONE_COPY_FAILED`. */
export async function dump(plan: DumpPlan): Promise<void> {
  const { programs, variables, snapshot, folder, connections, isReplica, signal } = plan
  const args = [
    ...['--format=directory', `--file=${folder}`, `--jobs=${connections}`, '--compress=1', '--no-password'],
    ...[`--snapshot=${snapshot}`, `--lock-wait-timeout=${lockWaitMs}`, '--no-subscriptions'],
    ...(isReplica ? ['--no-unlogged-table-data'] : []),
  ]
  await mustRun({ program: programs.dump, args, variables, signal }, 'The dump of production')
}

/** What a dump holds. */
export interface Contents {
  /** The list for `pg_restore`, without what must not come to life in a clone. */
  readonly list: string
  /** Files with the rows of tables, by the tables' OIDs in production. */
  readonly rowFiles: ReadonlyMap<number, string>
  /** What was left out, in words. */
  readonly leftOut: readonly string[]
}

export async function readContents(
  { restore }: CopyPrograms,
  folder: string,
  signal: AbortSignal,
): Promise<Contents> {
  const { stdout } = await mustRun(
    { program: restore, args: ['--list', folder], variables: {}, signal },
    'Reading the dump',
  )
  const lines = stdout.split('\n')
  const left = lines.filter((line) => leaves.test(line))
  return {
    list: lines.filter((line) => !leaves.test(line)).join('\n'),
    rowFiles: new Map(lines.flatMap((line) => rowFileOf(line, folder))),
    leftOut:
      left.length === 0 ? [] : ['User mappings of foreign servers were left out: they lead elsewhere.'],
  }
}

// A credential to another server would let a clone reach it.
const leaves = /^\d+; \d+ \d+ USER MAPPING /

function rowFileOf(line: string, folder: string): [number, string][] {
  const [, id, oid] = /^(\d+); 0 (\d+) TABLE DATA /.exec(line) ?? []
  return id === undefined ? [] : [[Number(oid), path.join(folder, `${id}.dat.gz`)]]
}

/** Counts the rows in a file of a dump: COPY writes one a line, and no row holds a line's end. */
export async function countRows(file: string): Promise<number> {
  let lines = 0
  const newline = 10
  await pipeline(createReadStream(file), createGunzip(), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) {
      for (let at = chunk.indexOf(newline); at !== -1; at = chunk.indexOf(newline, at + 1)) lines += 1
    }
  })
  return lines - linesOfTheEnd
}

// `\.`, and two empty ones
const linesOfTheEnd = 3
