import { describe, expect, it } from 'vitest'
import { Memory } from './memory.ts'
import { roomForMode } from './modes.ts'
import { nothingKnown, type Relation, type Work } from './work.ts'

const accessShare = 'AccessShareLock'.length
const keyOf = (oid: number) => oid * roomForMode + accessShare

function table(oid: number): Relation {
  const name = `public.t${oid}`
  const storage = `0/${oid}`
  return {
    oid,
    schema: 'public',
    name,
    kind: 'r',
    tableOid: oid,
    table: name,
    storage,
    bytes: 0,
    hasTriggers: false,
  }
}

/** What was answered: these tables' locks, beside those that were known unless it is all. */
function locked(oids: readonly number[], isAll = false): Work {
  return {
    lockTimeoutMs: 0,
    locks: { isAll, keys: oids.map(keyOf) },
    relations: oids.map(table),
    counts: new Map(),
    ...{ command: -1, changes: 0, hasHoldingCursor: false },
  }
}

async function remembering(): Promise<Memory> {
  const memory = new Memory(async () => ({ relations: new Map(), storages: new Set() }))
  await memory.take(locked([1, 2]), nothingKnown)
  return memory
}

const names = (locks: readonly { readonly relation: string }[]) => locks.map(({ relation }) => relation)

describe('what is known of a transaction', () => {
  it('has new locks beside those that were held', async () => {
    const memory = await remembering()
    const deed = await memory.take(locked([3]), memory.known)
    expect([names(deed.held), names(deed.locks)]).toEqual([['public.t1', 'public.t2'], ['public.t3']])
    expect(names(memory.held)).toEqual(['public.t1', 'public.t2', 'public.t3'])
  })

  it('loses the locks that were given back', async () => {
    const memory = await remembering()
    const deed = await memory.take(locked([2]), nothingKnown, true)
    expect([names(deed.held), names(deed.locks)]).toEqual([['public.t1', 'public.t2'], []])
    expect(names(memory.held)).toEqual(['public.t2'])
  })

  it('is right where a question was asked before it was known that locks were given back', async () => {
    const memory = await remembering()
    const { known } = memory
    await memory.take(locked([2]), nothingKnown, true)
    const deed = await memory.take(locked([2, 3], true), known)
    expect(names(deed.locks)).toEqual(['public.t3'])
    expect(names(memory.held)).toEqual(['public.t2', 'public.t3'])
  })

  it('is right where they were taken again before that question was answered', async () => {
    const memory = await remembering()
    const { known } = memory
    await memory.take(locked([2]), nothingKnown, true)
    await memory.take({ ...locked([3]), relations: [table(1), table(3)] }, known)
    expect(names(memory.held)).toEqual(['public.t1', 'public.t2', 'public.t3'])
  })
})
