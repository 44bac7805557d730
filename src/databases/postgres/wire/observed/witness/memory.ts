import { blockedBy } from '../../../../lock-modes.ts'
import type { Effects, StatementLock, TableWork } from '../../../../wire.ts'
import type { Before } from '../../side/before-query.ts'
import type { Deed } from './deed.ts'
import { isStrong, lockOf } from './modes.ts'
import { Numbers } from './numbers.ts'
import type { Counts, Known, Relation, Work } from './work.ts'

/** What others see of relations and files. */
export type LookBefore = (oids: readonly number[], storages: readonly string[]) => Promise<Before>

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

const nothing: Counts = { inserted: 0, updated: 0, deleted: 0, scanned: 0 }
const nobody: Before = { relations: new Map(), storages: new Set() }

/** Schemas of the server's own, and of what is temporary. */
const ofServer = /^(pg_|information_schema$)/
const ofPurser = /^(purser|purser_clone)$/

/** What is known of one transaction while it goes on. */
export class Memory {
  readonly #lookBefore: LookBefore
  readonly #relations = new Map<number, Relation>()
  readonly #counts = new Map<number, Counts>()
  readonly #storages = new Set<string>()
  /** Made by this transaction: nobody else sees them. */
  readonly #made = new Set<number>()
  #locks = new Numbers('int8')
  #tables = new Numbers('oid')
  /** As they were told before, by the names that hold still. */
  readonly #toldLocks = new Map<number, StatementLock>()
  /** All of them, unless they are to be told anew. */
  #held: readonly StatementLock[] | undefined
  #command = -1
  #changes = -1
  /** It has made a cursor that its commit runs to its end. */
  hasHoldingCursor = false

  constructor(lookBefore: LookBefore) {
    this.#lookBefore = lookBefore
  }

  get known(): Known {
    const [locks, tables] = [this.#locks.all, this.#tables.all]
    return { locks, command: this.#command, tables, changes: this.#changes }
  }

  /** The locks that it has. */
  get held(): readonly StatementLock[] {
    this.#held ??= this.#told(this.#locks)
    return this.#held
  }

  /** All that the transaction has done so far. */
  get effects(): Effects {
    const seen = [...this.#counts].flatMap(([oid, counts]) => {
      const relation = this.#relations.get(oid)
      const { inserted, updated, deleted } = counts
      const isTold = relation !== undefined && hasRows(relation) && !ofServer.test(relation.schema)
      return isTold && inserted + updated + deleted > 0
        ? [[relation.name, { inserted, updated, deleted }] as const]
        : []
    })
    const locks = [...this.#locks].map(lockOf).flatMap(({ oid, mode }) => {
      const relation = this.#relations.get(oid)
      const isTold = relation !== undefined && !ofServer.test(relation.schema)
      return isTold ? [{ table: relation.name, mode }] : []
    })
    return { rows: new Map(seen), locks }
  }

  /** Whether rows were changed of a table that has triggers, which may have been put off until the commit. */
  get mayHaveDeferred(): boolean {
    return [...this.#counts].some(
      ([oid, { inserted, updated, deleted }]) =>
        inserted + updated + deleted > 0 && this.#relations.get(oid)?.hasTriggers === true,
    )
  }

  /** How many rows were changed, of whatever table. */
  get changedRows(): number {
    return [...this.#counts.values()].reduce(
      (sum, { inserted, updated, deleted }) => sum + inserted + updated + deleted,
      0,
    )
  }

  /** Foreign tables of which rows are changed, as far as their locks tell. */
  get foreignTables(): readonly string[] {
    return [...this.#locks].map(lockOf).flatMap(({ oid, mode }) => {
      const relation = this.#relations.get(oid)
      return relation?.kind === 'f' && mode === 'RowExclusiveLock' ? [relation.name] : []
    })
  }

  /** What is new since it was asked last. `isUndone`: by a statement that only takes back, as `ROLLBACK TO` does. */
  async take(work: Work, known: Known, isUndone = false): Promise<Deed> {
    const locks = this.#locksNow(work, known)
    const fresh = [...(locks ?? work.locks.keys)].filter((key) => !this.#locks.has(key))
    const before = await this.#before(work, fresh)
    const tables = this.#learn(work, known, before)
    this.hasHoldingCursor = work.hasHoldingCursor
    const deed = {
      locks: this.#told(fresh),
      held: this.held,
      tables: isUndone ? new Map<string, TableWork>() : tables,
    }
    if (locks === undefined) this.#hold(fresh, deed.locks)
    else this.#holdOnly(locks)
    return deed
  }

  /** All locks that it has, unless they are more than before: none was given back since the question was asked. */
  #locksNow({ locks: { isAll, keys } }: Work, { locks }: Known): Numbers | undefined {
    if (!isAll && locks.of === this.#locks) return undefined
    return locks.of.with(keys, isAll ? 0 : locks.count)
  }

  #hold(fresh: readonly number[], told: readonly StatementLock[]): void {
    for (const key of fresh) this.#locks.add(key)
    if (told.length > 0) this.#held = [...this.held, ...told]
  }

  #holdOnly(locks: Numbers): void {
    const earlier = this.#locks
    this.#locks = locks
    this.#held = undefined
    if ([...earlier].some((key) => !locks.has(key))) this.#forget()
  }

  /** Only what is locked for itself alone can have been made, dropped, or written anew. */
  async #before({ relations }: Work, fresh: readonly number[]): Promise<Before> {
    const unknown = fresh
      .map(lockOf)
      .filter((lock) => isStrong(lock) && !this.#relations.has(lock.oid) && !this.#made.has(lock.oid))
      .map(({ oid }) => oid)
    const storages = relations
      .filter((one) => one.kind === 'i' && !this.#storages.has(one.storage))
      .filter(({ oid }) => this.#relations.has(oid) || unknown.includes(oid))
      .map(({ storage }) => storage)
    if (unknown.length === 0 && storages.length === 0) return nobody
    const before = await this.#lookBefore(unknown, storages)
    for (const oid of unknown) if (!before.relations.has(oid)) this.#made.add(oid)
    return before
  }

  /** Names are as they are now; what is gone keeps its last. */
  #learn(work: Work, known: Known, before: Before): ReadonlyMap<string, TableWork> {
    const works = new Works()
    for (const [oid, relation] of before.relations) {
      if (!work.relations.some((one) => one.oid === oid)) this.#know(relation)
    }
    if (work.relations.some((one) => this.#isRenamed(one))) this.#tellAnew()
    for (const relation of work.relations) {
      this.#compare(relation, before, works)
      this.#know(relation)
    }
    for (const oid of this.#counts.keys()) {
      const isAsked = known.tables.of.isAmong(oid, known.tables.count)
      if (isAsked && !work.counts.has(oid)) this.#counts.delete(oid)
    }
    for (const [oid, counts] of work.counts) {
      const relation = this.#relations.get(oid)
      const done = this.#since(oid, counts)
      const isTold = relation !== undefined && hasRows(relation) && !isLeftOut(relation)
      if (isTold && Object.values(done).some((count) => count > 0))
        Object.assign(works.on(relation.name), done)
    }
    this.#command = Math.max(this.#command, work.command)
    this.#changes = work.changes
    return works.all
  }

  #know(relation: Relation): void {
    this.#relations.set(relation.oid, relation)
    if (hasRows(relation)) this.#tables.add(relation.oid)
  }

  #tellAnew(): void {
    this.#toldLocks.clear()
    this.#held = undefined
  }

  /** Whether locks that were told are to be told by another name. */
  #isRenamed({ oid, name, table }: Relation): boolean {
    const earlier = this.#relations.get(oid)
    return earlier !== undefined && (earlier.name !== name || earlier.table !== table)
  }

  /** Whether its storage is another than before. */
  #compare(relation: Relation, before: Before, works: Works): void {
    const { oid, kind, storage, table, name, bytes } = relation
    const earlier = this.#relations.get(oid) ?? before.relations.get(oid)
    const isNewFile = earlier === undefined ? this.#made.has(oid) : earlier.storage !== storage
    const isKnownFile = this.#storages.has(storage) || before.storages.has(storage)
    this.#storages.add(storage)
    if (!isNewFile || isLeftOut(relation)) return
    // a new index may go on with the file of another that it takes the place of
    if (kind === 'i' && !isKnownFile) works.on(table).built.push(name)
    if (hasRows(relation) && earlier !== undefined) works.on(name).replaced = { bytes }
  }

  /** A `TRUNCATE` takes back what was counted before it. */
  #since(oid: number, counts: Counts): Counts {
    const last = this.#counts.get(oid) ?? nothing
    if (Object.values(counts).some((count) => count > 0)) this.#counts.set(oid, counts)
    else this.#counts.delete(oid)
    return {
      inserted: Math.max(0, counts.inserted - last.inserted),
      updated: Math.max(0, counts.updated - last.updated),
      deleted: Math.max(0, counts.deleted - last.deleted),
      scanned: Math.max(0, counts.scanned - last.scanned),
    }
  }

  #told(keys: Iterable<number>): readonly StatementLock[] {
    return [...keys].flatMap((key) => this.#lock(key) ?? [])
  }

  #lock(key: number): StatementLock | undefined {
    const there = this.#toldLocks.get(key)
    if (there !== undefined) return there
    const { oid, mode } = lockOf(key)
    const relation = this.#relations.get(oid)
    if (relation === undefined || isLeftOut(relation)) return undefined
    const table = this.#relations.get(relation.tableOid)?.name ?? relation.table
    const blocks = this.#made.has(oid) ? 'nobody' : blockedBy(mode)
    const told = { table, relation: relation.name, mode, blocks } as const
    this.#toldLocks.set(key, told)
    return told
  }

  /** What was taken back to a savepoint is as it was before, and its locks are gone. */
  #forget(): void {
    const locked = new Set([...this.#locks].map((key) => lockOf(key).oid))
    const gone = [...this.#relations.keys(), ...this.#made].filter((oid) => !locked.has(oid))
    if (gone.length === 0) return
    for (const oid of gone) {
      this.#relations.delete(oid)
      this.#made.delete(oid)
    }
    this.#tables = new Numbers(
      'oid',
      [...this.#tables].filter((oid) => locked.has(oid)),
    )
    this.#tellAnew()
  }
}

/** Tables by name, and what was done to them. */
export class Works {
  readonly all = new Map<string, Mutable<TableWork> & { readonly built: string[] }>()

  on(table: string): Mutable<TableWork> & { readonly built: string[] } {
    const work = this.all.get(table) ?? { ...nothing, built: [] }
    this.all.set(table, work)
    return work
  }
}

/** Whether it is a table, of whatever kind. */
export function hasRows({ kind }: Relation): boolean {
  return 'rmp'.includes(kind)
}

/** Whether nobody wants to hear of it. */
export function isLeftOut({ schema }: Relation): boolean {
  return ofServer.test(schema) || ofPurser.test(schema)
}
