import { chmodSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunView } from '../../../src/operations/runs/view-run.ts'
import { purser, purserJson } from '../../support/cli.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { openShop, type Shop } from './shop.ts'

const heard: string[] = []
const sink = createServer((request, response) => {
  heard.push(request.url ?? '')
  response.end()
})
let shop: Shop
beforeAll(async () => {
  await new Promise<void>((resolve) => sink.listen(0, '127.0.0.1', resolve))
  const { port } = sink.address() as AddressInfo
  // of production too, as an app has a second URL for reports
  shop = await openShop({ variables: { SINK: `http://127.0.0.1:${port}/hook` } }, (url) => ({
    REPORTS_URL: url,
  }))
  shop.project.write('dsn', shop.url)
  shop.project.write('tasks/escaping.ts', task)
})
afterAll(async () => {
  sink.close()
  await shop[Symbol.asyncDispose]()
})

const task = `
import { defineMigration } from 'purser'
export default defineMigration({
  name: 'escaping', summary: 'Does more than it says.', database: 'main', command: ['sh', 'escape.sh'],
})`

// The second statement is of what it has tried, which leaves a trace where it gets through.
const ways = {
  'a second URL of its environment': `psql "$REPORTS_URL" -c 'create table escaped ()'`,
  'a URL in a file': `psql "$(cat dsn)" -c 'create table escaped ()'`,
  'an address of HTTP': `node -e 'fetch(process.env.SINK).catch(() => process.exit(1))'`,
}
const names = {
  'a second URL of its environment': 'reports-url.placeholder.invalid',
  'a URL in a file': '127.0.0.1:',
  'an address of HTTP': '127.0.0.1:',
}

describe('a migration that works elsewhere too', () => {
  it.each(Object.keys(ways) as (keyof typeof ways)[])('by %s reaches nothing, and is named', async (way) => {
    shop.project.write('escape.sh', `psql "$DATABASE_URL" -c 'create table seen ()'\n${ways[way]}\n`)
    const ended = await shop.type('rehearse', 'escaping', '-e', 'production')
    expect([ended.code, ended.stderr]).toEqual([82, expect.stringContaining('? not rehearsed')])
    expect(ended.stderr).toContain(`It tried to reach ${names[way]}`)
    const seen = await purserJson<RunView>(shop.project.folder, ['show', 'last'])
    expect(seen.rehearsal?.verdict).toBe('not-rehearsed')
    expect(await shop.query(`select relname from pg_class where relname in ('escaped', 'seen')`)).toEqual([])
    expect(heard).toEqual([])
  })

  it('does all of it where nothing keeps it apart: the ways are open', async () => {
    for (const way of Object.values(ways)) {
      shop.project.write('escape.sh', `${way}\n`)
      await shop.type('run', '-e', 'production', '--', 'sh', 'escape.sh')
    }
    expect(heard).toEqual(['/hook'])
    expect(await shop.query(`select relname from pg_class where relname = 'escaped'`)).toHaveLength(1)
  })
})

describe('where no twin can be kept apart', () => {
  const elsewhere = temporaryFolder()
  const node = path.join(elsewhere.folder, 'node')
  beforeAll(() => {
    // who may make no namespaces, root or not
    writeFileSync(node, `#!/bin/sh\nexec setpriv --bounding-set=-sys_admin -- ${process.execPath} "$@"\n`)
    chmodSync(node, 0o755)
    shop.project.write('escape.sh', `psql "$DATABASE_URL" -c 'create table seen ()'\n`)
  })
  afterAll(() => elsewhere[Symbol.dispose]())
  const rehearse = (...off: string[]) =>
    purser(shop.project.folder, ['rehearse', 'escaping', '-e', 'production', ...off], { node })
  const view = () => purserJson<RunView>(shop.project.folder, ['show', 'last'])
  const sentence = expect.stringMatching(/^Twins can't be kept apart on this machine, and reach all that/)

  it('nothing is rehearsed, and nothing of it was run', async () => {
    const ended = await rehearse()
    expect([ended.code, ended.stderr]).toEqual([82, expect.stringContaining('? not rehearsed')])
    expect((await view()).rehearsal).toMatchObject({ verdict: 'not-rehearsed', gaps: [sentence], passes: [] })
    expect(ended.stderr).toContain('Rehearse where twins can be kept apart: `purser` as root')
    expect(ended.stderr).not.toContain('clone')
  })

  it('it is rehearsed as far as possible where that was said to do, and the verdict tells', async () => {
    shop.configure(`{ apart: 'as-possible', off: ['timing', 'dying', 'undo', 'crowd', 'twice'] }`)
    const ended = await rehearse()
    expect([ended.code, ended.stderr]).toEqual([0, expect.stringContaining("? Twins can't be kept apart")])
    const { rehearsal } = await view()
    expect(rehearsal?.verdict).toBe('pass')
    expect(rehearsal?.gaps).toContainEqual(sentence)
  })
})

it('a URL in a file can not be replaced by that of a wire, which is said', async () => {
  shop.configure('{}', `{ file: '${path.join(shop.project.folder, 'dsn')}' }`)
  for (const [verb, code] of [
    ['rehearse', 80],
    ['run', 81],
  ] as const) {
    const ended = await shop.type(verb, 'escaping', '-e', 'production')
    expect([ended.code, ended.stderr]).toEqual([code, expect.stringContaining('WIRE_NO_VARIABLE')])
    expect(ended.stderr).toMatch(
      /The URL of database "main" is in the file \S+dsn, where no other can be put/,
    )
  }
})
