import { randomBytes } from 'node:crypto'
import type { Clone } from '../../../src/databases/clone.ts'
import { openInspector } from '../../../src/databases/postgres/inspect/open-inspector.ts'
import { openWire } from '../../../src/databases/postgres/wire/open-wire.ts'
import { defaultPolicy } from '../../../src/migrations/rehearsal/policy.ts'
import { rehearse, type Wished } from '../../../src/migrations/rehearsal/rehearse.ts'
import type { Migrate, Stage } from '../../../src/migrations/rehearsal/stage.ts'
import { judge } from '../../../src/migrations/rehearsal/verdict.ts'
import { type PassName, passNames } from '../../../src/runs/rehearsal.ts'
import type { Postgres } from '../../support/postgres.ts'
import { queryAt } from '../clone/stage.ts'
import { historyTable } from './tools.ts'

/** A database that migrations are rehearsed for; its clones lie beside it. */
export interface Production extends AsyncDisposable {
  readonly url: string
  /** Rehearses under the strict policy. */
  rehearse(migrate: Migrate, options?: Options): ReturnType<typeof rehearsed>
  /** Clones of it that are there. */
  clones(): Promise<readonly string[]>
}

/** Nothing is written to a production of these tests. */
const dataFrom = new Date()

interface Options
  extends Partial<Pick<Stage, 'undo' | 'pending' | 'signal' | 'say' | 'historyTables' | 'database'>> {
  /** Played after the trace; all unless stated. */
  readonly passes?: readonly PassName[]
  readonly clients?: Wished['clients']
  /** The role that clones are used as, whose password is `p`; the superuser unless stated. */
  readonly as?: string
}

let made = 0

/** `setup` is what production is made with. */
export async function openProduction(server: Postgres, setup: string): Promise<Production> {
  made += 1
  const name = `production_${made}`
  await server.query(`create database ${name}`)
  const url = server.url({ database: name })
  await queryAt(url, setup)
  return {
    url,
    rehearse: (migrate, options = {}) => rehearsed(server, name, migrate, options),
    clones: () => clonesOf(server, name),
    async [Symbol.asyncDispose]() {
      await server.query(`drop database ${name} with (force)`)
    },
  }
}

async function rehearsed(server: Postgres, name: string, migrate: Migrate, options: Options) {
  const { passes, clients = [], as, ...more } = options
  const stage: Stage = {
    ...{ migrate, madeBy: 'a test', say: () => {}, historyTables: [historyTable] },
    cloner: { clone: () => cloneOf(server, name, as) },
    database: { inspect: (at) => openInspector(at), wire: (at, options) => openWire(at, options) },
    signal: AbortSignal.timeout(110_000),
    ...more,
  }
  const off = new Set<PassName>(
    passes === undefined ? [] : passNames.filter((one) => one !== 'trace' && !passes.includes(one)),
  )
  const { evidence } = await rehearse(stage, { off, clients })
  const resultOf = (pass: PassName) => evidence.passes.find((one) => one.pass === pass)
  return { evidence, resultOf, ...judge(evidence, { ...defaultPolicy, mode: 'strict' }, new Date()) }
}

async function cloneOf(server: Postgres, database: string, as: string | undefined): Promise<Clone> {
  const began = performance.now()
  const name = `${database}_clone_${randomBytes(6).toString('hex')}`
  await server.query(`create database ${name} template ${database}`)
  const url = server.url({ database: name })
  return {
    ...{
      name,
      url: as === undefined ? url : url.replace('postgres:p@', `${as}:p@`),
      strategy: 'template',
      why: 'It is a test.',
    },
    ...{ madeAt: new Date(), dataFrom, tookMs: performance.now() - began, fingerprint: '' },
    faithfulness: { isFaithful: true, checks: [], masked: [], notes: [] },
    async [Symbol.asyncDispose]() {
      await server.query(`drop database ${name} with (force)`)
    },
  }
}

async function clonesOf(server: Postgres, name: string): Promise<readonly string[]> {
  const rows = await server.query(`select datname from pg_database where datname like '${name}\\_clone%'`)
  return rows.map(({ datname }) => String(datname))
}
