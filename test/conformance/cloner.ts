import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Cloner } from '../../src/databases/clone.ts'

/** Where a cloner is tried: production, and a place for clones. */
export interface World extends AsyncDisposable {
  /** Of production, which has tables with rows. */
  readonly url: string
  /** Another cloner of it. */
  open(): Cloner
  /** One that has not enough room. */
  cramped(): Cloner
  /** Makes a clone in a process of its own, which is killed while it holds that. */
  leaveClone(): Promise<void>
  /** The names of all clones that are there, whoever holds them. */
  clones(): Promise<readonly string[]>
  /** Makes the place of clones another than production is, in what only a comparison tells. */
  makeUnfaithful(): Promise<void>
  query(url: string, sql: string): Promise<readonly Record<string, unknown>[]>
  /** All that a database holds, by digests. */
  contentOf(url: string): Promise<unknown>
  /** What production has written since it was started, and what there is on its server. */
  written(): Promise<unknown>
  /** What production was sent by whoever clones it, but for what only reads. */
  statementsThatWrite(): Promise<readonly string[]>
}

const never = new AbortController().signal
const request = { madeBy: 'a test' }

/** What every cloner must do. The cases follow each other. `knowsRoom`: whether it knows how much room there is for clones. */
export function describeCloner(name: string, makeWorld: () => Promise<World>, knowsRoom = true): void {
  describe(name, () => {
    let world: World
    let cloner: Cloner
    beforeAll(async () => {
      world = await makeWorld()
      cloner = world.open()
    })
    afterAll(async () => {
      await cloner?.[Symbol.asyncDispose]()
      await world?.[Symbol.asyncDispose]()
    })

    it('makes what holds the same, is marked inside, and writes nothing to production', async () => {
      const before = await world.written()
      const asked = Date.now()
      await using clone = await cloner.clone(request, never)
      expect(clone.faithfulness.checks.filter(({ result }) => result !== 'same')).toEqual([])
      expect(clone.faithfulness).toMatchObject({ isFaithful: true, masked: [] })
      expect(await world.written()).toEqual(before)
      expect(await world.statementsThatWrite()).toEqual([])
      expect(await world.contentOf(clone.url)).toEqual(await world.contentOf(world.url))
      expect(await mark(clone.url)).toEqual([{ name: clone.name, by: 'a test' }])
      expect(clone.fingerprint).toBe((await cloner.standing()).schema)
      expect(clone.why).toMatch(/^[A-Z].*\.$/)
      for (const at of [clone.madeAt, clone.dataFrom]) expect(at.getTime()).toBeGreaterThan(asked - 5_000)
      expect(clone.tookMs).toBeGreaterThan(0)
    })

    it('lists it with its age and who holds it, and drops it when that is over', async () => {
      const clone = await cloner.clone(request, never)
      const listed = (await world.open().list()).filter(({ kind }) => kind === 'clone')
      expect(listed).toEqual([
        expect.objectContaining({
          ...{ name: clone.name, state: 'ready', environment: 'production', madeAt: clone.madeAt },
          inUseBy: expect.stringContaining(`a test, process ${process.pid} on `),
        }),
      ])
      await held(clone.url) // somebody who is still connected
      await clone[Symbol.asyncDispose]()
      expect(await world.clones()).toEqual([])
    })

    it('keeps what happens in one to itself, and drops it by its name, and nothing else', async () => {
      const before = await world.contentOf(world.url)
      await using clone = await cloner.clone(request, never)
      await world.query(clone.url, 'drop schema shop cascade')
      await using other = await cloner.clone(request, never)
      expect(await world.contentOf(other.url)).toEqual(before)
      expect(await world.contentOf(world.url)).toEqual(before)
      await cloner.drop(clone.name)
      expect(await world.clones()).toEqual([other.name])
      await expect(cloner.drop(clone.name)).rejects.toMatchObject({ code: 'CLONE_UNKNOWN' })
    })

    it('sweeps what a killed process held, and says so', async () => {
      await world.leaveClone()
      expect(await world.clones()).toHaveLength(1)
      const said: string[] = []
      await using clone = await cloner.clone({ ...request, say: (sentence) => said.push(sentence) }, never)
      expect(said.join('\n')).toMatch(
        /purser_clone_production_\w+, which a process left that is dead, was dropped/,
      )
      expect(await world.clones()).toEqual([clone.name])
    })

    if (knowsRoom)
      it('makes none that does not fit', async () => {
        await expect(world.cramped().clone(request, never)).rejects.toMatchObject({
          ...{ code: 'CLONE_NO_ROOM', exitCode: 81 },
          message: expect.stringMatching(/has \d\S* M?B for clones, and this one may need \d+\.\d MB/),
        })
        expect(await world.clones()).toEqual([])
      })

    it('is not content with one that differs, and leaves none', async () => {
      await world.makeUnfaithful()
      await expect(cloner.clone(request, never)).rejects.toMatchObject({
        ...{ code: 'CLONE_UNFAITHFUL', exitCode: 82 },
        message: expect.stringContaining('has also CREATEDB'),
      })
      expect(await world.clones()).toEqual([])
      await using clone = await cloner.clone({ ...request, unfaithful: 'report' }, never)
      expect(clone.faithfulness.isFaithful).toBe(false)
    })

    const mark = (url: string) =>
      world.query(
        url,
        `select mark ->> 'name' as name, mark ->> 'madeBy' as by from purser_clone.marks where kind = 'clone'`,
      )
  })
}

async function held(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {}) // it is cut
  await client.connect()
}
