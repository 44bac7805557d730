import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { genesis } from '../../src/ledger/chain.ts'
import type { StoredEvent } from '../../src/ledger/ledger.ts'
import { verifyLedger } from '../../src/operations/verify-ledger.ts'
import { chainOf, scanOf, unlinked } from '../conformance/ledger-chain.ts'
import { wholeRun } from '../conformance/ledger-events.ts'

type Chain = readonly StoredEvent[]
type Tampering = (chain: Chain) => Chain

describe('random tampering with a random chain', () => {
  it('is always found when it changed anything, given the head', async () => {
    await fc.assert(
      fc.asyncProperty(chains, fc.array(tamperings, { maxLength: 4 }), async (chain, acts) => {
        const { sequence, hash } = chain.at(-1) ?? genesis
        const tampered = acts.reduce((now, act) => act(now), chain)
        const { problems } = await verifyLedger(scanOf(tampered), { expect: { sequence, hash } })
        expect(problems.length === 0).toBe(isDeepStrictEqual(tampered, chain))
      }),
      { numRuns: 2_000 },
    )
  })
})

/** Up to five runs, their events mixed as those of concurrent processes are, some of them not at their end. */
const chains = fc.array(fc.nat({ max: 4 }), { minLength: 1, maxLength: 20 }).map((turns): Chain => {
  const stories = Array.from({ length: 5 }, (_, n) => wholeRun(`run-${n}`).values())
  const events = turns.flatMap((turn) => stories[turn]?.next().value ?? [])
  return chainOf(events.map(unlinked))
})

const place = fc.nat({ max: 19 })
const hash = fc.constantFrom(genesis.hash, 'f'.repeat(64))
const changes: fc.Arbitrary<Partial<StoredEvent>> = fc.oneof(
  fc.record({ sequence: fc.integer({ min: -1, max: 30 }) }),
  fc.record({ run: fc.constantFrom('run-0', 'run-1', 'another') }),
  fc.record({ kind: fc.constantFrom('requested', 'starting', 'running', 'ended', 'refused') }),
  fc.record({ at: fc.nat() }),
  fc.record({ claim: fc.constantFrom(null, 'load') }),
  fc.record({ body: fc.constantFrom(null, '{}', 'null', '{"kind":"running"}') }),
  fc.record({ bodyHash: hash }),
  fc.record({ previous: hash }),
  fc.record({ hash }),
)

const tamperings: fc.Arbitrary<Tampering> = fc.oneof(
  fc.tuple(place, changes).map(([at, change]) => edit(at, change)),
  place.map((at) => (chain: Chain) => chain.toSpliced(at, 1)),
  fc.tuple(place, place).map(([from, to]) => insertCopy(from, to)),
  fc.tuple(place, place).map(([one, other]) => swapPlaces(one, other)),
  fc.tuple(place, place).map(([one, other]) => swapBodies(one, other)),
  place.map((length) => (chain: Chain) => chain.slice(0, length)),
  place.map((from) => (chain: Chain) => chainAnew(chain, from)),
)

function edit(at: number, change: Partial<StoredEvent>): Tampering {
  return (chain) => chain.map((event, index) => (index === at ? { ...event, ...change } : event))
}

function insertCopy(from: number, to: number): Tampering {
  return (chain) => chain.toSpliced(to, 0, ...chain.slice(from, from + 1))
}

function swapPlaces(one: number, other: number): Tampering {
  return (chain) => chain.map((event, index) => chain[swapped(index, one, other)] ?? event)
}

function swapBodies(one: number, other: number): Tampering {
  return (chain) =>
    chain.map((event, index) => {
      const source = chain[swapped(index, one, other)] ?? event
      return { ...event, body: source.body, bodyHash: source.bodyHash }
    })
}

function swapped(index: number, one: number, other: number): number {
  return index === one ? other : index === other ? one : index
}

/** Hides what was done by making every hash from here on anew, as far as the bodies are there. */
function chainAnew(chain: Chain, from: number): Chain {
  const links = chain.slice(from).map((event) => ({ ...event, body: event.body ?? '' }))
  return chainOf(links, chain.slice(0, from)).map((link, index) => ({
    ...link,
    body: chain[index]?.body ?? null,
  }))
}
