import { existsSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { allPrograms, type Postgres, startPostgres } from '../support/postgres.ts'
import { readEntries } from './entries.ts'
import { rehearseEntry } from './rehearse-entry.ts'
import { type Score, scoreOf, tableOf } from './score.ts'

/** Only entries whose id begins so, where somebody looks for one. */
const only = process.env.PURSER_CORPUS ?? ''

export const programs = await allPrograms()

/** A rehearsal plays a migration up to ten times, each on a clone of its own. */
const withinMs = 180_000

/** Rehearses every entry of a file on each PostgreSQL of this machine, or on those of `on`, and prints how that went. */
export function rehearsesAll(file: string, { on = programs }: { on?: typeof programs } = {}): void {
  describe.each(on)('rehearsed on PostgreSQL $version', ({ version, ...those }) => {
    // Debian's has it beside it
    const countsStatements = existsSync(`/usr/lib/postgresql/${version}/lib/pg_stat_statements.so`)
    const scores: Score[] = []
    let server: Postgres
    beforeAll(async () => {
      const settings = countsStatements ? ['shared_preload_libraries=pg_stat_statements'] : []
      server = await startPostgres('p', { programs: those, settings })
    })
    afterAll(async () => {
      console.log(`PostgreSQL ${version}, ${file}\n${tableOf(scores)}`)
      await server[Symbol.asyncDispose]()
    })

    it.each(readEntries(file).filter(({ id }) => id.startsWith(only)))(
      '$id: $hazard',
      async (entry) => {
        const { verdict, said } = await rehearseEntry(server, entry, countsStatements)
        const score = scoreOf(entry, verdict)
        scores.push(score)
        const seen = verdict.findings.map(
          ({ hazard, weight, evidence }) => `${weight} ${hazard}: ${evidence}`,
        )
        expect(score.result, [entry.evidence, ...seen, ...verdict.gaps, ...said].join('\n')).toBe(
          entry.dangerous ? 'hit' : 'quiet',
        )
      },
      withinMs,
    )
  })
}
