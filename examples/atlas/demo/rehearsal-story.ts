import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { withDatabase } from '../database.ts'
import { clones, root } from '../dev/folders.ts'
import type { Stack } from '../dev/stack.ts'
import { expect } from './expect.ts'
import { expectStatus, latestRun } from './records.ts'
import type { Scene } from './scene.ts'
import type { Terminal } from './terminal.ts'

const written = 'demo/migrations'
const folder = 'db/migrations'

const good = '20260601090000_add_elevation.sql'
const bad = '20260615090000_widen_population.sql'
const safe = '20260615090000_add_inhabitants.sql'

const prepare: Scene = {
  title: 'Atlas, as it serves',
  narration: 'All of its places, and the app at work on them. From here on it is production.',
  async play({ terminal }) {
    await terminal.type(['run', 'load-places', '-e', 'local'])
    await terminal.type(['run', 'migrate', '-e', 'local'])
  },
}

const rehearseGood: Scene = {
  title: 'A migration, rehearsed',
  narration:
    'It is run on copies of production, in a twin that reaches nothing else, and watched. Then production takes what passed, and nothing else.',
  async play({ terminal }) {
    await write(terminal, good)
    await rehearse(terminal, 'pass')
    await apply(terminal)
  },
}

const rehearseBad: Scene = {
  title: 'One that looks as harmless',
  narration: 'It works on every empty database. Here it would keep everybody waiting, and break the app.',
  async play({ terminal }) {
    await write(terminal, bad)
    const findings = await rehearse(terminal, 'fail', quickly)
    expect(findings.includes('table_rewrite'), 'It is found that the table is written anew.')
    await terminal.type(['run', 'migrate', ...production], { exits: 81 })
    await expectStatus(terminal, (await latestRun(terminal, 'migrate')).run, 'refused')
  },
}

const rehearseSafe: Scene = {
  title: 'The safe way',
  narration:
    'A column of the new type beside the old one; a batch will fill it, and the code will switch over.',
  async play({ terminal }) {
    await terminal.typeOther('rm', `${folder}/${bad}`)
    await write(terminal, safe)
    await rehearse(terminal, 'pass', quickly)
    await apply(terminal)
    await terminal.type(['show', 'last'])
  },
}

/** What `npm run demo:rehearsal` shows, in its order. */
export const scenes: readonly Scene[] = [prepare, rehearseGood, rehearseBad, rehearseSafe]

const production = ['-e', 'production'] as const

/** Adds a migration to the app, as somebody who has just written it. */
async function write(terminal: Terminal, migration: string): Promise<void> {
  await terminal.typeOther('cp', `${written}/${migration}`, folder)
  await terminal.typeOther('cat', `${folder}/${migration}`)
}

// Each death, and each way back, is on a copy of its own.
const quickly = ['--without', 'dying,undo'] as const

/** Returns the names of what was found. */
async function rehearse(
  terminal: Terminal,
  verdict: 'pass' | 'fail',
  options: readonly string[] = [],
): Promise<readonly string[]> {
  const exits = verdict === 'pass' ? 0 : 1
  await terminal.type(['rehearse', 'migrate', ...production, ...options], { exits })
  const { run, rehearsal } = await latestRun(terminal, 'migrate')
  expect(
    rehearsal?.verdict === verdict,
    `The verdict of run ${run} is ${verdict}; it is ${rehearsal?.verdict}.`,
  )
  return rehearsal?.findings.map(({ hazard }) => hazard) ?? []
}

async function apply(terminal: Terminal): Promise<void> {
  await terminal.type(['run', 'migrate', ...production])
  await expectStatus(terminal, (await latestRun(terminal, 'migrate')).run, 'succeeded')
}

/** That production has what passed and nothing else, and that no copy of it is left. */
export async function checkSchema({ databaseUrl }: Stack): Promise<string> {
  const { rows } = await withDatabase(databaseUrl, (database) =>
    database.query(
      `select column_name as name, data_type as type from information_schema.columns where table_name = 'places'`,
    ),
  )
  const types = Object.fromEntries(rows.map(({ name, type }) => [name, type]))
  expect(types.elevation === 'integer', 'The first migration is in production.')
  expect(types.population === 'integer', 'The one that failed is not.')
  expect(types.inhabitants === 'bigint', 'The safe one is.')
  const left = await readdir(clones)
  expect(left.length === 0, `No copy is left; there are ${left.join(', ')}.`)
  return 'Production has the two migrations that passed and nothing of the one that did not; its copies are gone.'
}

/** Leaves the app's migrations as they were. */
export async function removeNewMigrations(): Promise<void> {
  for (const migration of await readdir(join(root, written)))
    await rm(join(root, folder, migration), { force: true })
}
