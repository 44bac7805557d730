import { existsSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { PostgresSliceLedger } from '../../src/databases/postgres/slice-ledger/postgres-slice-ledger.ts'
import type { SliceEnd } from '../../src/databases/slice-ledger.ts'
import { type Sql, sql } from '../../src/tasks/sql.ts'
import { purser, purserJson, type Typed, typePurser } from '../support/cli.ts'
import { makeProject, type Project } from '../support/project.ts'
import { findProcesses, signal } from './batches/processes.ts'
import { tables, writeProject } from './batches/project.ts'
import { type Stage, setStage } from './batches/stage.ts'
import { embedded } from './batches/transports/embedded.ts'

let stage: Stage
beforeAll(async () => {
  stage = await setStage(embedded())
})
afterAll(() => stage[Symbol.asyncDispose]())
beforeEach(() =>
  stage.database.query(`${tables}; drop table if exists clocks; create table clocks (ms bigint)`),
)

describe('a handler that takes its process down', () => {
  it('[8] has only its own rows buried, whether it exits, crashes or hangs, and no neighbour of theirs', async () => {
    await using project = await another(
      {},
      batch(`async process({ rows, tx }) {
    const isThere = (id) => rows.some((row) => row.id === String(id))
    if (isThere(37)) process.exit(0)
    if (isThere(55)) process.abort()
    if (isThere(91)) for (;;);
    ${count}
  },`),
    )
    await stage.database.query('delete from counted where id > 120')
    expect(await purser(project.folder, ['run', 'case', '-e', 'chaos'])).toMatchObject({ code: 0 })
    expect(
      await column(`select key->>0 from purser.buried where batch = ${latest} order by (key->>0)::int`),
    ).toEqual(['37', '55', '91'])
    expect(await column('select id from counted where applied <> 1 order by id')).toEqual(['37', '55', '91'])
    expect(await column('select max(applied) from counted')).toEqual([1])
  })
})

describe('a batch that is stopped', () => {
  it('[18] rests within a slice, through the death of all its processes, and then goes on', async () => {
    const { folder } = stage
    const run = await detached(folder, 'by-code')
    await some(`select from purser.slices where batch = '${run}' and state = 2`)
    expect(await purser(folder, ['pause', run])).toMatchObject({ code: 0 })
    const [done] = await column(
      `select count(*)::int from purser.slices where state = 2 and batch = '${run}'`,
    )
    expect(
      await column(`select count(*)::int from purser.slices where state = 1 and batch = '${run}'`),
    ).toEqual([0])
    for (const { pid } of findProcesses(folder)) signal(pid, 'SIGKILL')
    expect(await purserJson<object>(folder, ['show', run])).toMatchObject({ status: 'paused' })
    expect(await column(`select count(*)::int from effects`)).toEqual([done])
    expect(await purser(folder, ['resume', run])).toMatchObject({ code: 0 })
    expect(await column('select distinct applied from counted')).toEqual([1])
  })

  it('[18] is cancelled while nothing of it is alive, and nothing of it is done after that', async () => {
    const { folder } = stage
    const run = await detached(folder, 'by-code')
    await some(`select from purser.slices where batch = '${run}' and state = 2`)
    for (const { pid } of findProcesses(folder)) signal(pid, 'SIGKILL')
    await purser(folder, ['cancel', run])
    expect(await purserJson<object>(folder, ['show', run])).toMatchObject({ status: 'cancelled' })
    const done = await column('select count(*)::int from effects')
    const worker = typePurser(folder, ['worker', '-e', 'chaos'])
    await atWork(folder)
    worker.process.kill('SIGTERM')
    await worker.finished
    expect(await column('select count(*)::int from effects')).toEqual(done)
    expect(await column(`select state from purser.batches where id = '${run}'`)).toEqual(['cancelled'])
  })
})

describe('workers whose clocks are wrong', () => {
  const library = '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1'

  it('[19] by ten minutes, each in its direction, take over from one another as soon as ever', async () => {
    if (!existsSync(library))
      throw new Error(`There is no ${library}: Debian has it in the package faketime.`)
    const task = batch(`async process({ rows, tx }) {
    await tx.query('insert into clocks values ($1)', [Date.now()])
    await tx.query('select pg_sleep(0.06)')
    ${count}
  },`)
    await using ahead = await another({ LD_PRELOAD: library, FAKETIME: '+10m' }, task)
    await using behind = await another({ LD_PRELOAD: library, FAKETIME: '-10m' }, task)
    const began = performance.now()
    const worker = typePurser(behind.folder, ['worker', '-e', 'chaos'])
    await atWork(behind.folder)
    const run = await detached(ahead.folder, 'case')
    await some(`select from purser.slices where batch = '${run}' and state = 1 and worker not like '${run}%'`)
    kill(behind.folder, 'worker')
    await some(`select from purser.slices where batch = '${run}' and state = 1 and worker like '${run}%'`)
    kill(ahead.folder, 'worker')
    const followed = await purser(ahead.folder, ['logs', '-f', run])
    expect(followed).toMatchObject({ code: 0 })
    // a clock that counted would make it wait for ten minutes
    expect(performance.now() - began).toBeLessThan(240_000)
    await leave(worker)
    expect(await column('select distinct applied from counted')).toEqual([1])
    const minutes = await column(
      'select distinct round((ms / 1000.0 - extract(epoch from now())) / 600)::int as n from clocks order by n',
    )
    expect(minutes).toEqual([-1, 1])
  })
})

describe('a release whose task is of another version', () => {
  it('[26] leaves the batch to workers that have the same, and burns no try', async () => {
    const work = `async process({ rows, tx }) {
    await tx.query('select pg_sleep(0.02)')
    ${count}
  },`
    // a lease that ends on a slow machine would be a try
    const task = batch(work, 60_000)
    await using old = await another({}, task)
    await using young = await another({}, `${task}\n// mended since\n`)
    const other = typePurser(young.folder, ['worker', '-e', 'chaos'])
    await atWork(young.folder)
    const run = await detached(old.folder, 'case')
    await some(`select from purser.batches where id = '${run}' and state = 'finished'`)
    await leave(other)
    const { stdout, stderr } = await other.finished
    expect(stdout + stderr).toContain(`Batch ${run} is left alone`)
    expect(
      await column(`select distinct split_part(worker, '.', 1) from purser.slices where batch = '${run}'`),
    ).toEqual([run])
    expect(await column(`select sum(tries)::int from purser.slices where batch = '${run}'`)).toEqual([0])
  })
})

describe('a sweep', () => {
  it('[23] takes nothing back that was done between its look and its writing', async () => {
    const source = { table: 'counted', key: ['id'] }
    const plan = { id: 'swept', task: 'case', definition: 'd', parameters: {}, source, leaseMs: 50 }
    await using led = new PostgresSliceLedger(stage.url)
    await using lead = await led.begin(plan)
    await lead.extend(1, 100)
    await using ledger = new PostgresSliceLedger(stage.database.url())
    const statement = (slice: Sql) => sql`update counted set applied = applied + 1 where ${slice}`
    await using shop = await ledger.open({
      batch: 'swept',
      worker: 'w',
      source,
      statement,
      leaseMs: 50,
      sliceMs: 5_000,
    })
    const [claim] = await shop.claim(1, false)
    if (claim === undefined) throw new Error('There is nothing to claim.')
    await some(`select from purser.slices where batch = 'swept' and lease_until < clock_timestamp()`)

    let end: SliceEnd | undefined
    using _armed = stage.proxy.arm(
      { when: 'before request', of: /set state = 0, token = s\.token/ },
      async () => {
        // its session was ended a moment ago, and it has another
        end = await shop.apply(claim).catch(() => shop.apply(claim))
        return 'pass' as const
      },
    )
    await lead.sweep()

    expect(end).toMatchObject({ end: 'done' })
    expect(await lead.tally()).toMatchObject({ rows: 100, slices: 1, claimed: 0, waiting: 0 })
    expect(await column('select sum(applied)::int from counted')).toEqual([100])
    await lead.move('cancelled')
  })
})

const latest = '(select id from purser.batches order by created_at desc limit 1)'
const count = `await tx.query('update counted set applied = applied + 1 where id = any($1)', [rows.map(({ id }) => id)])`

function batch(work: string, leaseMs = 1_500): string {
  return `
import { defineBatch } from 'purser'
export default defineBatch({
  name: 'case', summary: 'A case.', database: 'main', source: { table: 'counted', key: 'id' }, slice: { rows: 50 },
  limits: { tries: 1, leaseMs: ${leaseMs} },
  ${work}
})
`
}

/** One more app over the same database, with this task. */
async function another(variables: Readonly<Record<string, string>>, task: string): Promise<Project> {
  const project = makeProject()
  writeProject(project, '')
  project.write('tasks/case.js', task)
  await project.startApp({ DATABASE_URL: stage.url, ...variables })
  return project
}

/** Starts a batch and leaves it to itself. */
async function detached(folder: string, task: string): Promise<string> {
  const { run } = await purserJson<{ readonly run: string }>(folder, ['run', task, '-e', 'chaos', '--detach'])
  return run
}

async function column(query: string): Promise<readonly unknown[]> {
  return (await stage.database.query(query)).map((row) => Object.values(row)[0])
}

/** Waits until there is a row; the first batch of all makes the tables. */
async function some(query: string): Promise<void> {
  const find = () =>
    stage.database.query(query).catch((error: { readonly code?: string }) => {
      if (error.code === '42P01') return []
      throw error
    })
  while ((await find()).length === 0) await new Promise((resolve) => setTimeout(resolve, 20))
}

/** Waits until a worker's own attempt is there and has looked for work. */
async function atWork(folder: string): Promise<void> {
  const isThere = () => findProcesses(folder).some(({ role }) => role === 'attempt')
  while (!isThere()) await new Promise((resolve) => setTimeout(resolve, 20))
  await some(`select from pg_stat_activity where application_name = 'purser batch' and query ilike 'listen%'`)
}

function kill(folder: string, role: string): void {
  for (const found of findProcesses(folder)) if (found.role === role) signal(found.pid, 'SIGKILL')
}

async function leave(worker: Typed): Promise<void> {
  worker.process.kill('SIGTERM')
  await worker.finished
}
