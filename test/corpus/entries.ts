import { readFileSync } from 'node:fs'
import type { Hazard } from '../../src/migrations/rehearsal/finding.ts'

/** A migration, and what is known of it. */
export interface Entry {
  readonly id: string
  /** What it harms with; `none` where it is safe, and no finding may fail. */
  readonly hazard: Hazard | 'none'
  readonly dangerous: boolean
  /** `single`: the whole file in one transaction. `none`: statement by statement, outside one. */
  readonly txMode: 'single' | 'none'
  /** Makes production's database, with tables that stand for large ones. */
  readonly setupSql: string
  readonly migrationSql: string
  /** What the running release sends, and as whom. */
  readonly appSql?: string
  readonly appRole?: string
  /** What execution shows. */
  readonly evidence: string
}

/** The entries of a file of this folder. */
export function readEntries(file: string): readonly Entry[] {
  return JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8'))
}
