import { mkdirSync } from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import type { Clone } from '../../src/databases/clone.ts'
import { PostgresCloner } from '../../src/databases/postgres/clone/postgres-cloner.ts'
import { openInspector } from '../../src/databases/postgres/inspect/open-inspector.ts'
import { openWire } from '../../src/databases/postgres/wire/open-wire.ts'
import type { Stage as RehearsalStage } from '../../src/migrations/rehearsal/stage.ts'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { type BenchPostgres, startPostgres } from '../batch/services/postgres.ts'

/** A server with production on it, and one for clones. */
export class Stage implements AsyncDisposable {
  readonly production: BenchPostgres
  readonly cloneServer: BenchPostgres
  /** Where what is made lies until the end. */
  readonly folder: string
  readonly cloner: PostgresCloner
  readonly #stack: AsyncDisposableStack

  private constructor(production: BenchPostgres, cloneServer: BenchPostgres, stack: AsyncDisposableStack) {
    this.production = production
    this.cloneServer = cloneServer
    this.#stack = stack
    const temporary = temporaryFolder()
    stack.defer(() => temporary[Symbol.dispose]())
    this.folder = temporary.folder
    const dumps = path.join(this.folder, 'clones')
    mkdirSync(dumps)
    this.cloner = new PostgresCloner(
      {
        ...{ environment: 'bench', database: 'main', folder: dumps },
        ...{ server: cloneServer.url, production: { url: of(production, 'production') } },
      },
      {
        ...{ allowProductionServer: false, allowUnknownSpace: true, refreshAfterMs: 86_400_000 },
        ...{ connections: 2, mask: {}, passingPartitions: [] },
      },
    )
  }

  static async start(): Promise<Stage> {
    await using stack = new AsyncDisposableStack()
    const production = stack.use(await startPostgres())
    const cloneServer = stack.use(await startPostgres())
    return new Stage(production, cloneServer, stack.move())
  }

  /** Makes production, with so many rows of about 100 bytes. */
  async fill(rows: number): Promise<void> {
    await query(this.production.url, 'create database production')
    const url = of(this.production, 'production')
    await query(
      url,
      'create table counted (id bigint primary key, n int not null, touched int not null, pad text)',
    )
    await query(
      url,
      `insert into counted select i, i % 1000, 0, repeat('x', 60) from generate_series(1, ${rows}) as i`,
    )
    await query(url, 'vacuum (analyze) counted')
  }

  /** What a rehearsal is played with, but for the migration's own command. */
  rehearsal(): Omit<RehearsalStage, 'migrate'> {
    return {
      cloner: this.cloner,
      database: { inspect: (url) => openInspector(url), wire: (url, options) => openWire(url, options) },
      ...{ madeBy: 'the bench', historyTables: [], say: () => {}, signal: new AbortController().signal },
    }
  }

  clone(): Promise<Clone> {
    return this.cloner.clone({ madeBy: 'the bench' }, new AbortController().signal)
  }

  /** The golden copy that clones are made from; the first clone makes it. */
  async golden(): Promise<string> {
    const found = (await this.cloner.list()).find(({ kind }) => kind === 'golden')
    if (found !== undefined) return found.name
    await using _ = await this.clone()
    return await this.golden()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync()
  }
}

/** The URL of another database of a server. */
export function of({ url }: Pick<BenchPostgres, 'url'>, database: string): string {
  const at = new URL(url)
  at.pathname = database
  return at.href
}

/** One statement, in a connection of its own. */
export async function query(url: string, sql: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {}) // the query's own tells it
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}
