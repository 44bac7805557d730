import { mkdir, readdir, readFile, readlink, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { openSqliteLedger } from '../../src/ledger/sql/sqlite/sqlite-ledger.ts'
import { requested, wholeRun } from '../conformance/ledger-events.ts'
import { temporaryFolder } from '../conformance/ledger-folder.ts'

describe('the file of a SQLite ledger', () => {
  it('is made for its owner only, in a folder that git ignores', async () => {
    await using folder = await temporaryFolder()
    const home = join(folder.path, 'srv', 'app', '.purser')
    const file = join(home, 'ledger.db')
    await using ledger = await openSqliteLedger(file)
    expect(ledger.location).toBe(file)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect((await stat(home)).mode & 0o777).toBe(0o700)
    expect(await readFile(join(home, '.gitignore'), 'utf8')).toBe('*\n')
  })

  it('leaves a folder that was there as it is', async () => {
    await using folder = await temporaryFolder()
    const home = join(folder.path, '.purser')
    await mkdir(home, { mode: 0o755 })
    await using ledger = await openSqliteLedger(join(home, 'ledger.db'))
    expect((await stat(ledger.location)).mode & 0o777).toBe(0o600)
    expect((await stat(home)).mode & 0o777).toBe(0o755)
    await expect(stat(join(home, '.gitignore'))).rejects.toThrow('ENOENT')
  })

  it('is one file while nobody writes, and safe on a power cut', async () => {
    await using folder = await temporaryFolder()
    await using ledger = await openSqliteLedger(join(folder.path, 'ledger.db'))
    await ledger.append({ run: 'a', event: requested(), at: 1 }, { version: 0 })
    expect((await stat(`${ledger.location}-journal`)).size).toBe(0)
    await expect(stat(`${ledger.location}-wal`)).rejects.toThrow('ENOENT')
  })

  it('is closed with the ledger, also when nothing was asked of it, and when it could not be opened', async () => {
    await using folder = await temporaryFolder()
    const file = join(folder.path, 'ledger.db')
    const ledger = await openSqliteLedger(file)
    expect(await openFiles()).toContain(file)
    await ledger[Symbol.asyncDispose]()
    await ledger[Symbol.asyncDispose]()
    expect(await openFiles()).not.toContain(file)
    change(file, 'PRAGMA user_version = 2')
    await expect(openSqliteLedger(file)).rejects.toMatchObject({ code: 'LEDGER_NEWER' })
    expect(await openFiles()).not.toContain(file)
  })

  it.each([
    { what: 'an update', sql: 'UPDATE events SET at = 0', says: 'no update' },
    { what: 'a delete', sql: 'DELETE FROM events', says: 'no delete' },
    { what: 'a replacement', sql: 'REPLACE INTO events SELECT * FROM events', says: 'only grows at its end' },
    {
      what: 'a gap',
      sql: `INSERT INTO events SELECT sequence + 9, run, kind, at, claim, body, bodyHash, previous, hash FROM events`,
      says: 'only grows at its end',
    },
  ])('refuses $what from any program', async ({ sql, says }) => {
    await using folder = await temporaryFolder()
    await using ledger = await openSqliteLedger(join(folder.path, 'ledger.db'))
    await ledger.append({ run: 'a', event: requested(), at: 1 }, { version: 0 })
    using database = new DatabaseSync(ledger.location)
    expect(() => database.exec(sql)).toThrow(says)
    expect(await ledger.history('a')).toHaveLength(1)
  })
})

describe('a file that is no ledger', () => {
  it.each([
    { what: 'text', content: Buffer.from('This is not a database, whatever its name says. '.repeat(40)) },
    { what: 'a few bytes', content: Buffer.from('SQLite') },
    {
      what: 'a damaged header',
      content: Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(4_080, 255)]),
    },
  ])('is named as corrupt, and left as it is: $what', async ({ content }) => {
    await using folder = await temporaryFolder()
    const file = join(folder.path, 'ledger.db')
    await writeFile(file, content)
    await expect(openSqliteLedger(file)).rejects.toMatchObject({
      code: 'LEDGER_CORRUPT',
      message: expect.stringContaining(file),
      remedy: expect.stringContaining('backup'),
    })
    expect(await readFile(file)).toEqual(content)
  })

  it.each([
    { what: 'another program’s database', sql: 'CREATE TABLE customers (name TEXT)' },
    { what: 'another program’s table of the same name', sql: 'CREATE TABLE events (id INTEGER PRIMARY KEY)' },
    { what: 'another program’s empty database', sql: 'PRAGMA application_id = 42' },
  ])('is named as corrupt, and left as it is: $what', async ({ sql }) => {
    await using folder = await temporaryFolder()
    const file = join(folder.path, 'ledger.db')
    change(file, sql)
    const content = await readFile(file)
    await expect(openSqliteLedger(file)).rejects.toMatchObject({
      code: 'LEDGER_CORRUPT',
      message: `The ledger ${file} is damaged, or is no ledger: it is the database of another program.`,
    })
    expect(await readFile(file)).toEqual(content)
  })

  it('is named as corrupt when its table was made anew, without its key', async () => {
    await using folder = await temporaryFolder()
    const file = await makeLedger(folder.path)
    change(
      file,
      'CREATE TABLE copy AS SELECT * FROM events; DROP TABLE events; ALTER TABLE copy RENAME TO events',
    )
    await expect(openSqliteLedger(file)).rejects.toMatchObject({ code: 'LEDGER_CORRUPT' })
  })

  it('is told from one of a newer Purser', async () => {
    await using folder = await temporaryFolder()
    const file = await makeLedger(folder.path)
    change(file, 'PRAGMA user_version = 2')
    await expect(openSqliteLedger(file)).rejects.toMatchObject({ code: 'LEDGER_NEWER' })
  })
})

describe('a ledger that is damaged further in', () => {
  it('is named as corrupt when it is read, and when it is appended to', async () => {
    await using folder = await temporaryFolder()
    const file = await makeLedger(folder.path)
    const content = await readFile(file)
    const table = rootOf(file, 'events')
    content.fill(0xa5, table * 4_096, (table + 1) * 4_096)
    await writeFile(file, content)

    await using ledger = await openSqliteLedger(file)
    const corrupt = { code: 'LEDGER_CORRUPT', message: expect.stringContaining(file) }
    await expect(ledger.history('a')).rejects.toMatchObject(corrupt)
    await expect(
      ledger.append({ run: 'b', event: requested(), at: 1 }, { version: 0 }),
    ).rejects.toMatchObject(corrupt)
  })
})

describe('a ledger that cannot be made', () => {
  it('is named as not writable when its place is a folder', async () => {
    await using folder = await temporaryFolder()
    await expect(openSqliteLedger(folder.path)).rejects.toMatchObject({
      code: 'LEDGER_UNWRITABLE',
      message: expect.stringContaining(folder.path),
    })
  })

  it('is named as not writable when its folder is a file', async () => {
    await using folder = await temporaryFolder()
    await writeFile(join(folder.path, '.purser'), '')
    const file = join(folder.path, '.purser', 'ledger.db')
    await expect(openSqliteLedger(file)).rejects.toMatchObject({ code: 'LEDGER_UNWRITABLE' })
  })

  it('is named as not writable where nobody may make a folder', async () => {
    await expect(openSqliteLedger('/proc/.purser/ledger.db')).rejects.toMatchObject({
      code: 'LEDGER_UNWRITABLE',
    })
  })
})

async function makeLedger(folder: string): Promise<string> {
  const file = join(folder, 'ledger.db')
  await using ledger = await openSqliteLedger(file)
  for (const [version, event] of wholeRun('a').entries()) await ledger.append(event, { version })
  return file
}

/** What this process has open. */
async function openFiles(): Promise<readonly (string | undefined)[]> {
  const descriptors = await readdir('/proc/self/fd')
  return Promise.all(descriptors.map((n) => readlink(`/proc/self/fd/${n}`).catch(() => undefined)))
}

function change(file: string, sql: string): void {
  using database = new DatabaseSync(file)
  database.exec(sql)
}

/** The page, counted from 0, on which a table begins. */
function rootOf(file: string, table: string): number {
  using database = new DatabaseSync(file)
  const row = database.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').get(table)
  return Number(row?.rootpage) - 1
}
