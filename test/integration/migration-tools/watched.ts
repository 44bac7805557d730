import { globSync, readFileSync } from 'node:fs'
import { openWire } from '../../../src/databases/postgres/wire/open-wire.ts'
import type { RowCounts, Wire } from '../../../src/databases/wire.ts'

/** A wire that remembers what it was asked about. */
export interface Watched extends Wire {
  /** All rows of all transactions, by table. */
  readonly rows: ReadonlyMap<string, RowCounts>
  readonly commits: () => number
  readonly sessions: ReadonlySet<string>
  /** Command lines with the wire's password in them, of whatever ran while a commit was judged. */
  readonly leaks: readonly string[]
}

/** Opens a wire that watches, and refuses nothing. */
export async function watch(url: string): Promise<Watched> {
  const rows = new Map<string, RowCounts>()
  const sessions = new Set<string>()
  const leaks: string[] = []
  let commits = 0
  const wire = await openWire(url, {
    tap: {
      async beforeCommit(session, effects) {
        commits += 1
        sessions.add(session)
        for (const [table, counts] of effects.rows) rows.set(table, sum(rows.get(table), counts))
        leaks.push(...commandLinesWith(new URL(wire.url).password))
        return undefined
      },
    },
  })
  return {
    url: wire.url,
    rows,
    sessions,
    leaks,
    commits: () => commits,
    [Symbol.asyncDispose]: () => wire[Symbol.asyncDispose](),
  }
}

/** The command lines of all processes of this machine that have these words in them. */
function commandLinesWith(words: string): readonly string[] {
  return globSync('/proc/[0-9]*/cmdline')
    .map(readCommandLine)
    .filter((line) => line.includes(words))
}

function readCommandLine(file: string): string {
  try {
    return readFileSync(file, 'utf8').replaceAll('\0', ' ')
  } catch {
    return '' // it has ended meanwhile
  }
}

function sum(a: RowCounts = { inserted: 0, updated: 0, deleted: 0 }, b: RowCounts): RowCounts {
  return {
    inserted: a.inserted + b.inserted,
    updated: a.updated + b.updated,
    deleted: a.deleted + b.deleted,
  }
}
