import { describe, expect, it } from 'vitest'
import { findCircles } from './circles.ts'
import { floorViolations } from './floors.ts'
import { parseSources, readTexts, type Texts, withoutTests } from './sources.ts'

const sources = withoutTests(parseSources(readTexts()))

describe('the house', () => {
  it('has only imports that point downwards', () => {
    expect(floorViolations(sources)).toEqual([])
  })

  it('has no circle of imports', () => {
    expect(findCircles(sources).map((circle) => circle.join(' → '))).toEqual([])
  })
})

const planted: readonly { what: string; files: Texts; says: string }[] = [
  {
    what: 'an import of a floor above',
    files: { 'runs/run.ts': `import { print } from '../cli/print.ts'` },
    says: 'runs/run.ts (runs, floor 1) imports cli/print.ts (cli, floor 6).',
  },
  {
    what: 'an import of a type from a floor above',
    files: { 'core/ids.ts': `import type { Run } from '../runs/run.ts'` },
    says: 'core/ids.ts (core, floor 0) imports runs/run.ts (runs, floor 1).',
  },
  {
    what: 'an import that is written as a type',
    files: { 'core/ids.ts': `export type Id = import('../runs/run.ts').Run['id']` },
    says: 'core/ids.ts (core, floor 0) imports runs/run.ts (runs, floor 1).',
  },
  {
    what: 'an import of a floor above that is loaded later',
    files: { 'tasks/load.ts': `export const load = () => import('../operations/start-run.ts')` },
    says: 'tasks/load.ts (tasks, floor 1) imports operations/start-run.ts (operations, floor 5).',
  },
  {
    what: 'an export from a floor above',
    files: { 'gates/gate.ts': `export * from '../operations/start-run.ts'` },
    says: 'gates/gate.ts (gates, floor 4) imports operations/start-run.ts (operations, floor 5).',
  },
  {
    what: 'two rooms of one floor that know each other',
    files: { 'tasks/task.ts': `import '../environment/release.ts'` },
    says: 'tasks/task.ts (tasks, floor 1) imports environment/release.ts (environment, floor 1).',
  },
  {
    what: 'a contract that knows a backend',
    files: { 'ledger/ledger.ts': `import type { Row } from './sql/tables.ts'` },
    says: 'ledger/ledger.ts (contracts, floor 2) imports ledger/sql/tables.ts (backends, floor 3).',
  },
  {
    what: 'a contract that knows another contract',
    files: { 'executors/executor.ts': `import type { Ledger } from '../ledger/ledger.ts'` },
    says: 'executors/executor.ts imports ledger/ledger.ts, which is a sibling.',
  },
  {
    what: 'a backend that knows its sibling',
    files: { 'executors/docker/start.ts': `import { stop } from '../local/stop.ts'` },
    says: 'executors/docker/start.ts imports executors/local/stop.ts, which is a sibling.',
  },
  {
    what: 'a backend that knows a backend of another contract',
    files: { 'executors/local/start.ts': `import { connect } from '../../databases/postgres/connect.ts'` },
    says: 'executors/local/start.ts imports databases/postgres/connect.ts, which is a sibling.',
  },
  {
    what: 'an operation that builds a backend',
    files: { 'operations/start-run.ts': `import { open } from '../ledger/sql/sqlite.ts'` },
    says: 'operations/start-run.ts (operations, floor 5) imports ledger/sql/sqlite.ts (backends, floor 3).',
  },
  {
    what: 'a command that goes around the operations',
    files: { 'cli/run.ts': `import { reasonGate } from '../gates/reason.ts'` },
    says: 'cli/run.ts (cli, floor 6) imports gates/reason.ts (gates, floor 4).',
  },
  {
    what: 'an import of a composition root',
    files: { 'presets/index.ts': `import '../bin/purser.ts'` },
    says: 'presets/index.ts (presets, floor 7) imports bin/purser.ts (bin, floor 7).',
  },
  {
    what: 'an import of the package itself',
    files: { 'cli/init.ts': `import { defineScript } from '../index.ts'` },
    says: 'cli/init.ts (cli, floor 6) imports index.ts (index, floor 7).',
  },
  {
    what: 'a folder that the table does not know',
    files: { 'helpers/misc.ts': '' },
    says: 'helpers/misc.ts is in no room.',
  },
  {
    what: 'a file beside a contract that is not one',
    files: { 'executors/shared.ts': '' },
    says: 'executors/shared.ts is in no room.',
  },
  {
    what: `a vendor's package outside the backends`,
    files: { 'operations/check.ts': `import type { Client } from 'pg'` },
    says: 'operations/check.ts imports pg, which only backends may.',
  },
  {
    what: 'a package that nobody decided about',
    files: { 'core/text.ts': `import chalk from 'chalk/ansi'` },
    says: 'core/text.ts imports chalk, which is on no list of guests.',
  },
  {
    what: 'a backend that is loaded before it is used',
    files: {
      'presets/index.ts': `export { sqlite } from './sqlite.ts'`,
      'presets/sqlite.ts': `import { open } from '../ledger/sql/sqlite.ts'`,
      'ledger/sql/sqlite.ts': '',
    },
    says: 'presets/index.ts loads ledger/sql/sqlite.ts as soon as it is imported.',
  },
  {
    what: 'a package of a backend that is loaded before it is used',
    files: {
      'bin/purser.ts': `import { verify } from '../ledger/sql/verify.ts'`,
      'ledger/sql/verify.ts': `import { type Kysely } from 'kysely'`,
    },
    says: 'bin/purser.ts loads kysely as soon as it is imported.',
  },
  {
    what: 'an index that exports more than what tasks are written with, and types',
    files: { 'index.ts': `export { isTask, type Task } from './tasks/task.ts'` },
    says: 'index.ts exports isTask, which is neither a type nor what tasks are written with.',
  },
  {
    what: 'SQLite on the release side',
    files: {
      'bin/release.ts': `const { work } = await import('../release-side/work.ts')`,
      'release-side/work.ts': `import { DatabaseSync } from 'node:sqlite'`,
    },
    says: 'release-side/work.ts is on the release side and imports node:sqlite, which Node 20 lacks.',
  },
  {
    what: 'zstd on the release side',
    files: {
      'bin/release.ts': `import '../runs/journal/pack.ts'`,
      'runs/journal/pack.ts': `import zlib from 'node:zlib'\nexport const pack = () => zlib.createZstdCompress()`,
    },
    says: 'runs/journal/pack.ts is on the release side and uses createZstdCompress, which Node 20 lacks.',
  },
]

describe('the check of the floors', () => {
  it.each(planted)('finds $what', ({ files, says }) => {
    expect(floorViolations(parseSources(files))).toContain(says)
  })

  it('finds nothing in a house in order', () => {
    const files = {
      'core/errors.ts': `import leven from 'leven'`,
      'runs/run.ts': `import type { Task } from '../tasks/task.ts'`,
      'ledger/chain.ts': `import type { Head } from './ledger.ts'`,
      'ledger/sql/sqlite.ts': `import { DatabaseSync } from 'node:sqlite'\nimport './tables.ts'\nimport '../ledger.ts'`,
      'presets/index.ts': `export const sqlite = () => import('../ledger/sql/sqlite.ts')`,
      'bin/release.ts': `import type { Ledger } from '../ledger/ledger.ts'`,
      'index.ts': `export { defineScript, type Task } from './tasks/define.ts'`,
    }
    expect(floorViolations(parseSources(files))).toEqual([])
  })

  it.each([
    ['two files', { 'core/a.ts': `import './b.ts'`, 'core/b.ts': `import type { A } from './a.ts'` }],
    [
      'three files',
      {
        'core/a.ts': `import './b.ts'`,
        'core/b.ts': `export * from './c.ts'`,
        'core/c.ts': `await import('./a.ts')`,
      },
    ],
  ])('finds a circle of %s', (_, files) => {
    expect(findCircles(parseSources(files))).toEqual([Object.keys(files)])
  })
})
