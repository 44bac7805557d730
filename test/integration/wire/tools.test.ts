import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { allPrograms, type Postgres, startPostgres } from '../../support/postgres.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { debianPrograms, psql, realPassword, run, type Tapped, tap } from './world.ts'

const everyServer = await allPrograms()

describe.each(everyServer)("PostgreSQL's own tools, through the wire to version $version", (programs) => {
  let server: Postgres
  let wire: Tapped
  beforeAll(async () => {
    server = await startPostgres(realPassword, { programs })
    wire = await tap(server.url(), { requireDirect: true })
    await run('pgbench', ['-i', '-s', '1', '-q', wire.url])
  })
  afterAll(async () => {
    await wire?.[Symbol.asyncDispose]()
    await server?.[Symbol.asyncDispose]()
  })

  it.each(['simple', 'extended', 'prepared'])('pgbench in %s mode', async (mode) => {
    const { code, stdout, stderr } = await run('pgbench', ['-M', mode, '-c', '4', '-t', '50', wire.url])
    expect([code, stderr]).toEqual([0, expect.not.stringContaining('error')])
    expect(stdout).toContain('number of transactions actually processed: 200/200')
  })

  it('pgbench with many statements under way at once', async () => {
    const script = `\\startpipeline
${'select abalance from pgbench_accounts where aid = 7;\n'.repeat(50)}\\endpipeline
`
    using temporary = temporaryFolder()
    const file = path.join(temporary.folder, 'pipeline.sql')
    writeFileSync(file, script)
    const args = ['-M', 'prepared', '-n', '-c', '2', '-t', '20', '-f', file, wire.url]
    const { code, stdout, stderr } = await run('pgbench', args)
    expect([code, stderr, stdout]).toEqual([0, '', expect.stringContaining('40/40')])
  })

  it('psql: a row a line, notices, errors, and COPY both ways', async () => {
    const { code, stdout, stderr } = await psql(
      wire.url,
      `create table copied (n int, words text);
copy copied from stdin;
1\tone
2\ttwo \\\\ 3 ä
\\.
copy copied to stdout;
\\copy (select n from copied) to stdout
do $$ begin raise notice 'a notice from within'; end $$;
select 'by g' \\g
select 1 \\; select 2;
select 1 / 0;
select 'never';
`,
    )
    expect(stdout.split('\n')).toEqual([
      'CREATE TABLE',
      'COPY 2',
      '1\tone',
      '2\ttwo \\\\ 3 ä',
      '1',
      '2',
      'DO',
      'by g',
      '1',
      '2',
      '',
    ])
    expect(stderr).toContain('NOTICE:  a notice from within')
    expect(stderr).toContain('division by zero')
    expect(code).toBe(3)
  })

  it("passes on what the client's start asks for", async () => {
    const url = `${wire.url}&application_name=the%20task&options=-c%20search_path%3Dmine%20-c%20work_mem%3D7MB&client_encoding=LATIN1`
    const shown = `show application_name; show search_path; show work_mem; show client_encoding; select session_user, current_database()`
    expect((await psql(url, shown)).stdout.trim().split('\n')).toEqual([
      'the task',
      'mine',
      '7MB',
      'LATIN1',
      'postgres|postgres',
    ])
  })
})

describe('pg_dump and pg_restore', () => {
  let server: Postgres
  beforeAll(async () => {
    server = await startPostgres(realPassword, { programs: await debianPrograms() })
    for (const database of ['origin', 'direct', 'wired']) await server.query(`create database ${database}`)
    await run('pgbench', ['-i', '-s', '2', '-q', '--foreign-keys', server.url({ database: 'origin' })])
  })
  afterAll(() => server?.[Symbol.asyncDispose]())

  it('carry a database over as they do without a wire', async () => {
    const origin = server.url({ database: 'origin' })
    await using from = await tap(origin)
    await using to = await tap(server.url({ database: 'wired' }))
    const script = '{ pg_dump -Fc "$1" || echo failed >&2; } | pg_restore --exit-on-error --no-owner -d "$2"'
    const copied = await run('sh', ['-c', script, 'sh', from.url, to.url])
    expect(copied).toEqual({ code: 0, stdout: '', stderr: '' })
    // Newer versions write a random word around what they dump, against injected commands.
    const plain = async (url: string) =>
      (await run('pg_dump', ['--no-owner', url])).stdout.replace(/^\\(un)?restrict .*$/gm, '')
    const content = await plain(origin)
    expect(content.length).toBeGreaterThan(5_000_000)
    expect((await plain(to.url)) === content).toBe(true)
  })
})
