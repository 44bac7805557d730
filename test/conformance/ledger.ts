import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { brokenLink, genesis } from '../../src/ledger/chain.ts'
import type { AppendResult, Ledger, NewEvent, StoredEvent } from '../../src/ledger/ledger.ts'
import { foldRun } from '../../src/runs/run.ts'
import {
  cancelling,
  ended,
  refused,
  request,
  requested,
  running,
  starting,
  wholeRun,
} from './ledger-events.ts'

/** Opens the ledger of this name, and makes it where there is none; opening it twice gives two connections. */
type Open = (name: string) => Promise<Ledger>

/** What every ledger does, whatever keeps it. */
export function describeLedger(backend: string, open: Open): void {
  describe(`the ledger in ${backend}`, () => {
    const fresh = () => open(randomUUID())

    describe('appending', () => {
      it('begins at the genesis and grows by one', async () => {
        await using ledger = await fresh()
        expect(await ledger.head()).toEqual(genesis)
        const first = await ledger.append({ run: 'a', event: requested(), at: 1 }, { version: 0 })
        expect(first).toEqual({ appended: { sequence: 1, hash: expect.stringMatching(/^[0-9a-f]{64}$/) } })
        const second = await ledger.append({ run: 'b', event: requested(), at: 2 }, { version: 0 })
        expect(second).toEqual({ appended: await ledger.head() })
        expect((await ledger.head()).sequence).toBe(2)
      })

      it('gives back what was recorded, in order', async () => {
        await using ledger = await fresh()
        await record(ledger, wholeRun('a'))
        const history = await ledger.history('a')
        expect(history).toEqual(wholeRun('a').map(({ at, event }) => ({ at, event })))
        expect(foldRun('a', history)).toMatchObject({ status: 'succeeded', version: 4 })
      })

      it('has no history of a run that nobody asked for', async () => {
        await using ledger = await fresh()
        expect(await ledger.history('a')).toEqual([])
      })

      it.each([
        { situation: 'the run has more events', version: 0 },
        { situation: 'the run has fewer events', version: 2 },
      ])('refuses and records nothing when $situation', async ({ version }) => {
        await using ledger = await fresh()
        await ledger.append({ run: 'a', event: requested(), at: 1 }, { version: 0 })
        const head = await ledger.head()
        const result = await ledger.append({ run: 'a', event: starting('a.1'), at: 2 }, { version })
        expect(result).toEqual({ conflict: 'version' })
        expect(await ledger.head()).toEqual(head)
      })

      it('counts the versions of each run by itself', async () => {
        await using ledger = await fresh()
        await record(ledger, wholeRun('a'))
        await record(ledger, wholeRun('b'))
        expect((await ledger.head()).sequence).toBe(8)
      })
    })

    describe('claims', () => {
      it('names the run that holds one', async () => {
        await using ledger = await fresh()
        await startWithClaim(ledger, 'a', 'load')
        await ledger.append({ run: 'b', event: requested(), at: 3 }, { version: 0 })
        const head = await ledger.head()
        const result = await ledger.append(
          { run: 'b', event: starting('b.1'), at: 4, claim: 'load' },
          { version: 1 },
        )
        expect(result).toEqual({ conflict: 'claim', holder: 'a' })
        expect(await ledger.head()).toEqual(head)
      })

      it('holds through events that do not name it', async () => {
        await using ledger = await fresh()
        await startWithClaim(ledger, 'a', 'load')
        await ledger.append({ run: 'a', event: running('a.1'), at: 3 }, { version: 2 })
        await ledger.append({ run: 'a', event: cancelling, at: 4 }, { version: 3 })
        expect(await startWithClaim(ledger, 'b', 'load')).toEqual({ conflict: 'claim', holder: 'a' })
      })

      it.each([
        { end: 'ended', event: ended('a.1') },
        { end: 'refused', event: refused },
      ])('is given up by the event "$end", which carries it', async ({ event }) => {
        await using ledger = await fresh()
        await startWithClaim(ledger, 'a', 'load')
        await ledger.append({ run: 'a', event, at: 3 }, { version: 2 })
        expect((await all(ledger)).at(-1)).toMatchObject({ kind: event.kind, claim: 'load' })
        expect(await startWithClaim(ledger, 'b', 'load')).toHaveProperty('appended')
        expect(await startWithClaim(ledger, 'c', 'load')).toEqual({ conflict: 'claim', holder: 'b' })
      })

      it('may be named again by the run that holds it', async () => {
        await using ledger = await fresh()
        await startWithClaim(ledger, 'a', 'load')
        const again = { run: 'a', event: running('a.1'), at: 3, claim: 'load' }
        expect(await ledger.append(again, { version: 2 })).toHaveProperty('appended')
        await ledger.append({ run: 'a', event: ended('a.1'), at: 4 }, { version: 3 })
        expect(await startWithClaim(ledger, 'b', 'load')).toHaveProperty('appended')
      })

      it('of another name is free', async () => {
        await using ledger = await fresh()
        await startWithClaim(ledger, 'a', 'load')
        expect(await startWithClaim(ledger, 'b', 'LOAD')).toHaveProperty('appended')
      })

      it('cannot be taken twice by one run', async () => {
        await using ledger = await fresh()
        await startWithClaim(ledger, 'a', 'load')
        const second = { run: 'a', event: running('a.1'), at: 3, claim: 'drop' }
        await expect(ledger.append(second, { version: 2 })).rejects.toThrow('cannot claim "drop" too')
      })
    })

    describe('finding runs', () => {
      it('puts the newest request first, whatever happened since', async () => {
        await using ledger = await fresh()
        for (const run of ['c', 'a', 'b'])
          await ledger.append({ run, event: requested(), at: 1 }, { version: 0 })
        await ledger.append({ run: 'c', event: starting('c.1'), at: 2 }, { version: 1 })
        expect(await ledger.find({})).toEqual(['b', 'a', 'c'])
        expect(await ledger.find({ limit: 2 })).toEqual(['b', 'a'])
      })

      it('takes a prefix to the letter', async () => {
        await using ledger = await fresh()
        for (const run of ['k3m-1', 'k3m-2', 'K3M-3', 'k3', 'k3n', 'k%m', 'k_m', 'é-1']) {
          await ledger.append({ run, event: requested(), at: 1 }, { version: 0 })
        }
        expect(await ledger.find({ prefix: 'k3m' })).toEqual(['k3m-2', 'k3m-1'])
        expect(await ledger.find({ prefix: 'k%' })).toEqual(['k%m'])
        expect(await ledger.find({ prefix: 'k_' })).toEqual(['k_m'])
        expect(await ledger.find({ prefix: 'é' })).toEqual(['é-1'])
        expect(await ledger.find({ prefix: 'x' })).toEqual([])
        expect(await ledger.find({ prefix: '' })).toHaveLength(8)
      })

      it('tells which have not ended', async () => {
        await using ledger = await fresh()
        await record(ledger, wholeRun('done'))
        await ledger.append({ run: 'waiting', event: requested(), at: 1 }, { version: 0 })
        await record(ledger, wholeRun('working').slice(0, 3))
        await record(ledger, [
          { run: 'turned-away', event: requested(), at: 1 },
          { run: 'turned-away', event: refused, at: 2 },
        ])
        expect(await ledger.find({ open: true })).toEqual(['working', 'waiting'])
        expect(await ledger.find({ open: true, limit: 1 })).toEqual(['working'])
        expect(await ledger.find({ open: true, prefix: 'wa' })).toEqual(['waiting'])
      })
    })

    describe('scanning', () => {
      it('reads everything in order, over many pages', async () => {
        await using ledger = await fresh()
        for (let n = 0; n < 403; n += 1) {
          await ledger.append({ run: `run-${n}`, event: requested(), at: n }, { version: 0 })
        }
        const events = await all(ledger)
        expect(events.map((event) => event.run)).toEqual(Array.from({ length: 403 }, (_, n) => `run-${n}`))
        expect(chainProblems(events)).toEqual([])
        const { sequence, hash } = events.at(-1) ?? genesis
        expect(await ledger.head()).toEqual({ sequence, hash })
      })

      it('reads from after a sequence number', async () => {
        await using ledger = await fresh()
        await record(ledger, wholeRun('a'))
        expect((await all(ledger, 2)).map((event) => event.sequence)).toEqual([3, 4])
        expect(await all(ledger, 4)).toEqual([])
      })
    })

    describe('several connections', () => {
      it('see what another recorded, also after all of them closed', async () => {
        const name = randomUUID()
        {
          await using writer = await open(name)
          await using reader = await open(name)
          await record(writer, wholeRun('a'))
          expect(await reader.find({})).toEqual(['a'])
          expect(await reader.head()).toEqual(await writer.head())
        }
        await using later = await open(name)
        expect(foldRun('a', await later.history('a')).status).toBe('succeeded')
        expect(chainProblems(await all(later))).toEqual([])
      })

      it('append at once and keep one chain', async () => {
        const name = randomUUID()
        const ledgers = await Promise.all(Array.from({ length: 8 }, () => open(name)))
        const runs = ledgers.flatMap((ledger, n) =>
          Array.from({ length: 5 }, (_, m) => ({ ledger, run: `${n}-${m}` })),
        )
        await Promise.all(runs.map(({ ledger, run }) => record(ledger, wholeRun(run))))
        await Promise.all(ledgers.map((ledger) => ledger[Symbol.asyncDispose]()))

        await using ledger = await open(name)
        const events = await all(ledger)
        expect(events).toHaveLength(160)
        expect(chainProblems(events)).toEqual([])
      })

      it('let one of many writers of a version through', async () => {
        const name = randomUUID()
        const ledgers = await Promise.all(Array.from({ length: 6 }, () => open(name)))
        const results = await Promise.all(
          ledgers.map((ledger) => ledger.append({ run: 'a', event: requested(), at: 1 }, { version: 0 })),
        )
        expect(results.filter((result) => 'appended' in result)).toHaveLength(1)
        expect(results.filter((result) => 'conflict' in result)).toHaveLength(5)
        await Promise.all(ledgers.map((ledger) => ledger[Symbol.asyncDispose]()))
      })

      it('let one of many claimants through, and name it to the others', async () => {
        const name = randomUUID()
        const ledgers = await Promise.all(Array.from({ length: 6 }, () => open(name)))
        const results = await Promise.all(
          ledgers.map((ledger, n) => startWithClaim(ledger, `run-${n}`, 'load')),
        )
        const winner = results.findIndex((result) => 'appended' in result)
        const others = results.filter((_, n) => n !== winner)
        expect(others).toEqual(others.map(() => ({ conflict: 'claim', holder: `run-${winner}` })))
        await Promise.all(ledgers.map((ledger) => ledger[Symbol.asyncDispose]()))
      })
    })

    describe('hostile text', () => {
      it.each([
        { what: 'quotes and SQL', text: `'; DROP TABLE events; -- "x" \`y\` $1 ? :p @p %s \\` },
        { what: 'every plane of Unicode', text: 'ß é e\u0301 日本 🦜 \u{10ffff} \u202e \ufeff \u2028' },
        { what: 'control characters', text: '\r\n\t\u0001\u001b[31m\u007f' },
        { what: 'a megabyte', text: 'x'.repeat(1_000_000) },
        { what: 'nothing', text: '' },
      ])('is kept to the letter: $what', async ({ text }) => {
        await using ledger = await fresh()
        await record(ledger, wholeRun(text, text))
        const odd = requested({ reason: text, parameters: { [text]: [text, { deep: text }] } })
        await ledger.append({ run: 'other', event: odd, at: 5 }, { version: 0 })

        expect(await ledger.find({})).toEqual(['other', text])
        expect(await ledger.history(text)).toHaveLength(4)
        expect(await ledger.history('other')).toEqual([{ at: 5, event: odd }])
        const events = await all(ledger)
        expect(events.map((event) => event.claim)).toEqual([null, text, null, text, null])
        expect(chainProblems(events)).toEqual([])
      })

      it('may have NUL and lone surrogates in a body', async () => {
        await using ledger = await fresh()
        const event = requested({ reason: 'a\u0000b', parameters: { half: '\ud83e', ...request.parameters } })
        await ledger.append({ run: 'a', event, at: 1 }, { version: 0 })
        expect(await ledger.history('a')).toEqual([{ at: 1, event }])
        expect(chainProblems(await all(ledger))).toEqual([])
      })

      it.each([
        { what: 'NUL', text: 'a\u0000b' },
        { what: 'a lone surrogate', text: 'a\ud83e' },
      ])('is refused where it could not be kept: $what in an id or a claim', async ({ text }) => {
        await using ledger = await fresh()
        const event = requested()
        await expect(ledger.append({ run: text, event, at: 1 }, { version: 0 })).rejects.toThrow(
          'cannot be kept',
        )
        await expect(ledger.append({ run: 'a', event, at: 1, claim: text }, { version: 0 })).rejects.toThrow(
          'cannot be kept',
        )
        expect(await ledger.head()).toEqual(genesis)
      })
    })
  })
}

/** Appends events that must all be taken, each behind its run's former ones. */
async function record(ledger: Ledger, events: readonly NewEvent[]): Promise<void> {
  for (const event of events) {
    const version = (await ledger.history(event.run)).length
    expect(await ledger.append(event, { version })).toHaveProperty('appended')
  }
}

async function startWithClaim(ledger: Ledger, run: string, claim: string): Promise<AppendResult> {
  await ledger.append({ run, event: requested(), at: 1 }, { version: 0 })
  return ledger.append({ run, event: starting(`${run}.1`), at: 2, claim }, { version: 1 })
}

async function all(ledger: Ledger, after?: number): Promise<readonly StoredEvent[]> {
  const events: StoredEvent[] = []
  for await (const event of ledger.scan(after)) events.push(event)
  return events
}

function chainProblems(events: readonly StoredEvent[]): readonly string[] {
  return events.flatMap((event, index) => brokenLink(events[index - 1] ?? genesis, event) ?? [])
}
