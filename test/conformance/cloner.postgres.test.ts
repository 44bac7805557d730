import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { openCloner } from '../../src/databases/postgres/clone/open-cloner.ts'
import type { PostgresCloneOptions } from '../../src/databases/postgres/clone/options.ts'
import { contentOf } from '../integration/clone/content.ts'
import { variedSchema } from '../integration/clone/schemas.ts'
import {
  addressOf,
  openStage,
  type ProductionDatabase,
  programsWithDump,
  queryAt,
  type Stage,
  usual,
} from '../integration/clone/stage.ts'
import { startCloning } from '../integration/clone/start-cloning.ts'
import { describeCloner, type World } from './cloner.ts'

const password = 'p@ss w:rd/%?#&'
let stage: Stage
let shop: ProductionDatabase
beforeAll(async () => {
  // autovacuum writes statistics of its own
  stage = await openStage(password, ['log_statement=all', 'log_line_prefix=<%a> ', 'autovacuum=off'])
  shop = await stage.makeDatabase('shop "ü" = 1')
  await shop.query(variedSchema)
  await onCloneServer(`create role "Owner ""Ü" nologin; create role reader login`)
  writeFileSync(branchProgram(), branchSource)
})
afterAll(() => stage[Symbol.asyncDispose]())

describeCloner('a golden copy and its template', () => makeWorld({}))
describeCloner('a dump and its restore, each time', () => makeWorld({ refreshAfterMs: 0 }))
describeCloner('a command of the user', branched, false)

/** Its command alone knows what room there is. */
async function branched(): Promise<World> {
  const server = addressOf(stage.cloneServer, password)
  const binaries = path.dirname((await programsWithDump()).postgres)
  const words = ['sh', branchProgram()]
  return makeWorld({
    command: {
      create: [...words, 'create', server, '{name}', shop.url, binaries],
      drop: [...words, 'drop', server, '{name}'],
    },
  })
}

const branchProgram = () => path.join(stage.folder, '../branch.sh')
// what a provider's own program would do: make and drop a branch, and print where it is
const branchSource = `
of_server() { echo "$1" | sed "s|/postgres?|/$2?|"; }
case $1 in
create)
  psql -qX "$2" -c "create database $3 template template0" || exit 1
  echo 'a branch is being made ...'
  "$5/pg_dump" --format=custom "$4" | "$5/pg_restore" --dbname="$(of_server "$2" "$3")" || exit 1
  of_server "$2" "$3" ;;
drop) psql -qX "$2" -c "drop database if exists $3 with (force)" ;;
esac
`

async function makeWorld(options: Partial<PostgresCloneOptions>): Promise<World> {
  const all = { ...usual, ...options }
  const open = (more: Partial<PostgresCloneOptions> = {}) => openCloner(shop.place, { ...all, ...more })
  return {
    url: shop.url,
    open: () => open(),
    cramped: () => open({ freeBytes: 5_000_000 }),
    async leaveClone() {
      const cloning = startCloning(shop.place, all)
      await cloning.said(/^made /)
      await cloning.kill()
    },
    clones: async () => (await stage.databases()).filter((name) => name.startsWith('purser_clone')),
    makeUnfaithful: async () => void (await onCloneServer('alter role reader createdb')),
    query: queryAt,
    contentOf,
    written,
    statementsThatWrite,
    async [Symbol.asyncDispose]() {
      await onCloneServer('alter role reader nocreatedb')
      // the next one finds no golden copy
      for (const name of await stage.databases()) await onCloneServer(`drop database "${name}" with (force)`)
    },
  }
}

function onCloneServer(sql: string) {
  return queryAt(addressOf(stage.cloneServer, password), sql)
}

async function written(): Promise<unknown> {
  await stage.query('select pg_stat_force_next_flush()')
  const counted = await stage.query(
    `select datname, tup_inserted, tup_updated, tup_deleted from pg_stat_database where datname like 'shop%'`,
  )
  const databases = await stage.query('select array_agg(datname order by 1) from pg_database')
  const roles = await stage.query('select array_agg(rolname order by 1) from pg_roles')
  const objects = await shop.query('select max(oid::int8) from pg_class')
  return { counted, databases, roles, objects }
}

const reading =
  /^(?:BEGIN|SET |SELECT\b|SHOW |LOCK TABLE .* IN ACCESS SHARE MODE|COPY .* TO stdout|PREPARE |EXECUTE |DECLARE |FETCH |CLOSE |COMMIT|ROLLBACK|WITH\b|$)/i

async function statementsThatWrite(): Promise<readonly string[]> {
  const [folder] = await stage.query(`select current_setting('data_directory') as of`)
  return sent(path.join(String(folder?.of), '../postgres.log')).filter(
    (statement) => !reading.test(statement.trim()),
  )
}

/** What `pg_dump` and we have sent to production. */
function sent(log: string): readonly string[] {
  const statements = readFileSync(log, 'utf8')
    .split('\n')
    .flatMap(
      (line) =>
        /^<(?:pg_dump|purser[^>]*)> LOG: {2}(?:statement|execute [^:]*): (.*)/.exec(line)?.slice(1) ?? [],
    )
  if (statements.length < 20)
    throw new Error(`Production's log has ${statements.length} statements of a clone.`)
  return statements
}
