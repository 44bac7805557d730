import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { x } from 'tinyexec'
import type { Migrate } from '../../../src/migrations/rehearsal/stage.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

/** `psql` as a migration tool: what it runs, statement by statement, is the whole of it. */
export function psql(sql: string, ...options: readonly string[]): Migrate {
  return async (url, signal) => {
    using temporary = temporaryFolder()
    const file = path.join(temporary.folder, 'migration.sql')
    writeFileSync(file, sql)
    const args = ['-X', '-q', '-v', 'ON_ERROR_STOP=1', ...options, '-f', file]
    return await runTool('psql', args, variablesOf(url), signal)
  }
}

/** The same in one transaction. */
export function inOne(sql: string): Migrate {
  return psql(sql, '--single-transaction')
}

/** `psql` that goes on after errors, and says that all is well. */
export function heedless(sql: string): Migrate {
  return psql(sql, '-v', 'ON_ERROR_STOP=0')
}

/** A tool with a history: each migration in a transaction of its own, which records it. */
export function withHistory(...migrations: readonly string[]): Migrate {
  return psql(historyOf(migrations, (sql, record) => `begin;\n${sql};\n${record};\ncommit;`))
}

/** A tool that keeps its history beside the work: between the two it can die. */
export function withLateHistory(...migrations: readonly string[]): Migrate {
  return psql(historyOf(migrations, (sql, record) => `${sql};\n${record};`))
}

/** What the tools above keep it in. */
export const historyTable = 'public.applied'

function historyOf(migrations: readonly string[], apply: (sql: string, record: string) => string): string {
  const parts = migrations.map((sql, index) => {
    const record = `insert into ${historyTable} values (${index})`
    const look = `select not exists (select from ${historyTable} where id = ${index}) as todo \\gset`
    return `${look}\n\\if :todo\n${apply(sql, record)}\n\\endif`
  })
  return [`create table if not exists ${historyTable} (id int primary key);`, ...parts].join('\n')
}

/** A script for Node, which finds the wire's URL in `url` and the driver in `pg`. */
export function script(body: string): Migrate {
  const source = `import pg from 'pg'; const url = process.env.DATABASE_URL; ${body}`
  return (url, signal) =>
    runTool(process.execPath, ['--input-type=module', '-e', source], { DATABASE_URL: url }, signal)
}

async function runTool(
  program: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<{ readonly code: number | string; readonly ms: number; readonly escapes: readonly string[] }> {
  const began = performance.now()
  const running = x(program, [...args], {
    ...{ signal, nodeOptions: { env: { ...process.env, ...variables } } },
  })
  const { exitCode } = await running
  return {
    code: exitCode ?? running.process?.signalCode ?? 'SIGTERM',
    ms: performance.now() - began,
    escapes: [],
  }
}

function variablesOf(url: string): Readonly<Record<string, string>> {
  const { hostname, port, username, password, pathname } = new URL(url)
  return {
    ...{ PGHOST: hostname, PGPORT: port, PGUSER: decodeURIComponent(username), PGCLIENTENCODING: 'UTF8' },
    ...{ PGPASSWORD: decodeURIComponent(password), PGDATABASE: decodeURIComponent(pathname.slice(1)) },
  }
}
