import { join } from 'node:path'

/** The example's own folder. */
export const root = join(import.meta.dirname, '..')

/** Everything that Atlas keeps: its data, its logs, its pid file. Not in git. */
export const kept = join(root, 'var')

/** PostgreSQL's data; its processes work there, and no others do. */
export const data = join(kept, 'postgres', 'data')

/** Where Purser keeps its ledger and its runs' output. Not in git. */
export const purser = join(root, '.purser')

/** Copies of PostgreSQL's data that rehearsals are played on, a folder each. */
export const clones = join(kept, 'clones')
