import { setTimeout as sleep } from 'node:timers/promises'
import { blockedBy } from '../../../../lock-modes.ts'
import type { StatementLock, TableWork } from '../../../../wire.ts'
import { type Found, filesQuery, locksQuery, readFound } from '../../side/alone-queries.ts'
import type { Side } from '../../side/side.ts'
import type { Deed } from './deed.ts'
import { hasRows, isLeftOut, Works } from './memory.ts'
import type { Counts, Relation } from './work.ts'

const everyMs = 5

/** Counts what a session has done to tables, as far as it still knows. */
export type Count = (tables: readonly number[]) => Promise<ReadonlyMap<number, Counts>>

/** Looks from beside at a statement that commits by itself, again and again while it works. */
export class Alone {
  readonly #side: Side
  readonly #pid: number
  readonly #files: ReadonlyMap<number, Relation>
  readonly #locks = new Map<string, StatementLock>()
  #isOver = false
  readonly #sampling: Promise<void>

  private constructor(side: Side, pid: number, files: ReadonlyMap<number, Relation>) {
    this.#side = side
    this.#pid = pid
    this.#files = files
    this.#sampling = this.#sample()
    this.#sampling.catch(() => {}) // heard of at the end
  }

  /** To be called before the statement is sent, which this process of the server's is going to work on. */
  static async begin(side: Side, pid: number): Promise<Alone> {
    return new Alone(side, pid, await filesOf(side))
  }

  /** What was seen of it. Throws what went wrong with looking. */
  async end(count: Count): Promise<Deed> {
    this.#isOver = true
    await this.#sampling
    const works = new Works()
    const after = await filesOf(this.#side)
    const files = new Set([...this.#files.values()].map(({ storage }) => storage))
    for (const relation of after.values()) this.#compare(relation, files, works)
    // all there are: what is quick may be over before anybody has looked
    const tables = new Map([...this.#files, ...after].filter(([, one]) => hasRows(one) && !isLeftOut(one)))
    for (const [oid, done] of await count([...tables.keys()])) {
      const name = tables.get(oid)?.name
      if (name !== undefined) Object.assign(works.on(name), done)
    }
    return { locks: [...this.#locks.values()], held: [], tables: works.all as ReadonlyMap<string, TableWork> }
  }

  #compare(relation: Relation, files: ReadonlySet<string>, works: Works): void {
    const { oid, kind, storage, table, name, bytes } = relation
    const earlier = this.#files.get(oid)
    if (earlier?.storage === storage || isLeftOut(relation)) return
    if (kind === 'i' && !files.has(storage)) works.on(table).built.push(name)
    if (hasRows(relation) && earlier !== undefined) works.on(name).replaced = { bytes }
  }

  async #sample(): Promise<void> {
    while (!this.#isOver) {
      const rows = await this.#side.query('purser locks', locksQuery, [this.#pid])
      for (const found of readFound(rows)) this.#note(found)
      await sleep(everyMs)
    }
  }

  #note({ relation, mode }: Found): void {
    if (isLeftOut(relation)) return
    const { oid, name, table } = relation
    const isNew = 'rmi'.includes(relation.kind) && !this.#files.has(oid)
    this.#locks.set(`${name} ${mode}`, {
      table,
      relation: name,
      mode,
      blocks: isNew ? 'nobody' : blockedBy(mode),
    })
  }
}

async function filesOf(side: Side): Promise<ReadonlyMap<number, Relation>> {
  const found = readFound(await side.query('purser files', filesQuery, []))
  return new Map(found.map(({ relation }) => [relation.oid, relation]))
}
