import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { genesis } from '../../src/ledger/chain.ts'
import type { Head, StoredEvent } from '../../src/ledger/ledger.ts'
import { openSqliteLedger } from '../../src/ledger/sql/sqlite/sqlite-ledger.ts'
import { exportLedger } from '../../src/operations/export-ledger.ts'
import { type Verification, verifyLedger } from '../../src/operations/verify-ledger.ts'
import type { RunEvent, RunRequest } from '../../src/runs/events.ts'
import { chainOf, scanOf, unlinked } from '../conformance/ledger-chain.ts'
import { requested, starting, wholeRun } from '../conformance/ledger-events.ts'
import { temporaryFolder } from '../conformance/ledger-folder.ts'
import { tamper, tamperings } from './ledger-tampering.ts'

describe('a ledger that nobody touched', () => {
  it('verifies, and tells how much is in it', async () => {
    await using made = await makeLedger()
    expect(await verify(made.file, made.head)).toEqual({ events: 12, runs: 3, head: made.head, problems: [] })
  })

  it('verifies against every head it had before', async () => {
    await using made = await makeLedger()
    for (const head of [genesis, ...made.heads]) expect((await verify(made.file, head)).problems).toEqual([])
  })

  it('verifies when it is empty', async () => {
    await using folder = await temporaryFolder()
    const verification = await verify(join(folder.path, 'ledger.db'))
    expect(verification).toEqual({ events: 0, runs: 0, head: genesis, problems: [] })
  })

  it('is exported as one stored event a line', async () => {
    await using made = await makeLedger()
    await using ledger = await openSqliteLedger(made.file)
    const lines: string[] = []
    for await (const line of exportLedger(ledger)) lines.push(line)
    expect(lines.every((line) => line.endsWith('\n') && line.indexOf('\n') === line.length - 1)).toBe(true)
    const events: readonly StoredEvent[] = lines.map((line) => JSON.parse(line))
    expect(events.map(({ sequence, hash }) => ({ sequence, hash }))).toEqual(made.heads)
    expect((await verifyLedger(scanOf(events), { expect: made.head })).problems).toEqual([])
  })
})

describe('a ledger that was tampered with', () => {
  it.each(tamperings)('is found out: $what', async ({ sql, finds }) => {
    await using made = await makeLedger()
    tamper(made.file, sql)
    const { problems } = await verify(made.file)
    expect(problems).toContainEqual(expect.stringMatching(finds))
  })

  it('is found out: its end was cut off', async () => {
    await using made = await makeLedger()
    tamper(made.file, ['DELETE FROM events WHERE sequence > 8'])
    expect((await verify(made.file)).problems).toEqual([])
    expect((await verify(made.file, made.head)).problems).toEqual([
      'The ledger ends at event 8, but event 12 was its head once: its end was cut off.',
    ])
  })

  it('is found out: all of it was taken away', async () => {
    await using made = await makeLedger()
    tamper(made.file, ['DELETE FROM events'])
    expect((await verify(made.file, made.head)).problems).toHaveLength(1)
  })

  it('is found out: one event was edited and every hash made anew', async () => {
    await using made = await makeLedger()
    const forged = rewrite(await readAll(made.file), ({ at, ...event }) => ({ ...event, at: at - 1 }))
    tamper(made.file, forged.map(updateOf))
    expect((await verify(made.file)).problems).toEqual([])
    expect((await verify(made.file, made.head)).problems).toEqual([
      'Event 12 is not the one whose hash was kept: history up to it was replaced.',
    ])
  })

  it('is found out: a history that cannot have happened, under hashes that hold', async () => {
    await using made = await makeLedger()
    const forged = rewrite(await readAll(made.file), (event) =>
      event.run === 'b' && event.sequence === 7 ? { ...event, run: 'a' } : event,
    )
    tamper(made.file, forged.map(updateOf))
    expect((await verify(made.file)).problems).toEqual([
      'Event 7 (running of run a) cannot have happened: Its run had ended.',
    ])
  })

  it('is refused by the next append when its last event was edited', async () => {
    await using made = await makeLedger()
    tamper(made.file, ['UPDATE events SET at = 0 WHERE sequence = 12'])
    await using ledger = await openSqliteLedger(made.file)
    await expect(
      ledger.append({ run: 'd', event: requested(), at: 1 }, { version: 0 }),
    ).rejects.toMatchObject({
      code: 'LEDGER_CHAIN_BROKEN',
      message: expect.stringContaining('Event 12 (ended of run c) has been changed.'),
    })
    expect((await ledger.head()).sequence).toBe(12)
  })

  it('names a hundred problems and counts the rest', async () => {
    await using made = await makeLedger()
    await using ledger = await openSqliteLedger(made.file)
    for (let n = 0; n < 140; n += 1) {
      await ledger.append({ run: `more-${n}`, event: requested(), at: n }, { version: 0 })
    }
    tamper(made.file, ['UPDATE events SET at = -1 WHERE sequence > 12'])
    const { problems } = await verify(made.file)
    expect(problems).toHaveLength(101)
    expect(problems.at(-1)).toBe('There are 40 more problems.')
  })
})

describe('a run whose history cannot have happened', () => {
  it.each([
    { what: 'no request', kinds: ['starting'], says: 'does not begin with a request' },
    { what: 'two requests', kinds: ['requested', 'requested'], says: 'cannot become queued' },
    { what: 'a move that is not legal', kinds: ['requested', 'ended'], says: 'cannot become succeeded' },
    {
      what: 'an event after the end',
      kinds: ['requested', 'starting', 'ended', 'running'],
      says: 'had ended',
    },
  ])('is reported: $what', async ({ kinds, says }) => {
    const story = wholeRun('a')
    const events = kinds.map(
      (kind) => story.find(({ event }) => event.kind === kind)?.event ?? starting('a.1'),
    )
    const links = chainOf(events.map((event) => unlinked({ run: 'a', event, at: 1 })))
    const { problems } = await verifyLedger(scanOf(links))
    expect(problems).toEqual([expect.stringContaining(says)])
  })

  it.each([
    {
      what: 'a second verdict',
      change: { isRehearsal: true },
      found: [rehearsed, rehearsed],
      says: 'had ended',
    },
    { what: 'a verdict of a script', change: { kind: 'script' }, found: [rehearsed], says: 'had ended' },
    { what: 'a verdict of a run', change: {}, found: [rehearsed], says: 'no rehearsal' },
    { what: 'rows of a rehearsal', change: { isRehearsal: true }, found: [applied], says: 'no migration' },
  ] as const)('is reported: $what', async ({ change, found, says }) => {
    expect((await verifyMigration(change, found)).problems).toEqual([expect.stringContaining(says)])
  })

  it('is not one that learns its verdict after its end, or what it did', async () => {
    expect((await verifyMigration({ isRehearsal: true }, [rehearsed])).problems).toEqual([])
    expect((await verifyMigration({}, [applied])).problems).toEqual([])
  })

  it('is reported: a body of another kind than its event', async () => {
    const forged = { ...unlinked({ run: 'a', event: requested(), at: 1 }), kind: 'refused' }
    const { problems } = await verifyLedger(scanOf(chainOf([forged])))
    expect(problems).toEqual([expect.stringContaining('Its body is not that of the kind "refused".')])
  })
})

const rehearsed: RunEvent = {
  kind: 'rehearsed',
  rehearsal: {
    ...{ verdict: 'pass', database: 'main', content: 'c', startingSchema: 's', identity: 'i' },
    ...{ findings: [], gaps: [], passes: [] },
  },
}

const applied: RunEvent = { kind: 'applied', applied: { rows: {}, longestStatementMs: 3, surprises: [] } }

/** Verifies the whole story of a migration, and what was found out after its end. */
function verifyMigration(change: Partial<RunRequest>, found: readonly RunEvent[]): Promise<Verification> {
  const [, ...story] = wholeRun('a').map(({ event }) => event)
  const events = [requested({ kind: 'migration', ...change }), ...story, ...found]
  return verifyLedger(scanOf(chainOf(events.map((event) => unlinked({ run: 'a', event, at: 1 })))))
}

/** A ledger with the runs a, b and c, one after the other, and every head it had. */
async function makeLedger() {
  const folder = await temporaryFolder()
  const file = join(folder.path, 'ledger.db')
  const heads: Head[] = []
  await using ledger = await openSqliteLedger(file)
  for (const run of ['a', 'b', 'c']) {
    for (const [version, event] of wholeRun(run, 'load').entries()) {
      await ledger.append(event, { version })
      heads.push(await ledger.head())
    }
  }
  return { file, heads, head: heads.at(-1) ?? genesis, [Symbol.asyncDispose]: folder[Symbol.asyncDispose] }
}

async function verify(file: string, expected?: Head): Promise<Verification> {
  await using ledger = await openSqliteLedger(file)
  return await verifyLedger(ledger, expected === undefined ? {} : { expect: expected })
}

async function readAll(file: string): Promise<readonly StoredEvent[]> {
  await using ledger = await openSqliteLedger(file)
  const events: StoredEvent[] = []
  for await (const event of ledger.scan()) events.push(event)
  return events
}

/** The same events after a change, with every hash made anew: what a forger who knows the chain would write. */
function rewrite(
  events: readonly StoredEvent[],
  change: (event: StoredEvent) => StoredEvent,
): readonly StoredEvent[] {
  return chainOf(
    events.map((event) => {
      const { run, kind, at, claim, body } = change(event)
      return { run, kind, at, claim, body: body ?? '' }
    }),
  )
}

function updateOf({ sequence, run, at, bodyHash, previous, hash }: StoredEvent): string {
  return `UPDATE events SET run = '${run}', at = ${at}, bodyHash = '${bodyHash}', previous = '${previous}',
    hash = '${hash}' WHERE sequence = ${sequence}`
}
