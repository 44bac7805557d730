import { setTimeout as delay } from 'node:timers/promises'
import type { Client } from 'pg'
import type { Crowd, CrowdedPair, TablePair } from '../../inspector.ts'
import { sqlStateOf } from '../sql-state.ts'
import { openSome } from './open-some.ts'
import { end, processOf, type Sessions } from './sessions.ts'
import { quoted } from './sql.ts'

/** So many do the same at once, so that one is in the middle of it whenever somebody looks; and so many are there at most. */
const sessions = { perPair: 3, most: 30 } as const
/** How long a child stays locked before its parent is. */
const pauseMs = 15

/**
 * Begins to do what an application does that writes rows with a foreign key: each transaction locks the child as an INSERT
 * does, and then the parent as the check of the key does. Resolves once all have locked a child.
 */
export async function startCrowd(open: Sessions, pairs: readonly TablePair[]): Promise<Crowd> {
  const tallies = pairs.map((pair) => ({ ...pair, deadlocks: 0 }))
  const size = Math.min(sessions.most, pairs.length * sessions.perPair)
  const clients = await openSome(open, size, 'purser crowd')
  await Promise.all(clients.map(noticeSooner))
  const members = clients.map((client, place) => {
    const share = tallies.filter((_, index) => index % clients.length === place % tallies.length)
    return new Member(client, share)
  })
  for (const member of members) member.start()
  await Promise.all(members.map((member) => member.begun))
  return {
    async stop() {
      const stuck = (await Promise.all(members.map((member) => member.stop()))).filter(
        (pid) => pid !== undefined,
      )
      if (stuck.length > 0)
        await open.with((client) =>
          client.query('select pg_terminate_backend(pid) from unnest($1::int[]) pid', [stuck]),
        )
      return tallies
    },
  }
}

/**
 * Has the server look for deadlocks a little sooner than for others: a migration that waits for just as long before it gives
 * up would deadlock or not by whose time is over first. Where the role may not, that is left to chance.
 */
async function noticeSooner(client: Client): Promise<void> {
  await client
    .query(
      `select set_config('deadlock_timeout', greatest(1, setting::int * 3 / 4)::text, false) from pg_settings where name = 'deadlock_timeout'`,
    )
    .catch((error: unknown) => {
      if (sqlStateOf(error) !== '42501') throw error
    })
}

type Tally = { -readonly [K in keyof CrowdedPair]: CrowdedPair[K] }

/** One session of the crowd. */
class Member {
  readonly #client: Client
  readonly #live: Set<Tally>
  readonly begun: Promise<void>
  #begin: () => void = () => {}
  #isStopped = false
  #done: Promise<void> = Promise.resolve()

  constructor(client: Client, pairs: readonly Tally[]) {
    this.#client = client
    this.#live = new Set(pairs)
    this.begun = new Promise((resolve) => {
      this.#begin = resolve
    })
  }

  start(): void {
    this.#done = this.#go().finally(this.#begin)
  }

  /** Its server process, where it waits still. */
  async stop(): Promise<number | undefined> {
    this.#isStopped = true
    const ended = await Promise.race([this.#done.then(() => true), delay(100, false)])
    await end(this.#client)
    return ended ? undefined : processOf(this.#client)
  }

  async #go(): Promise<void> {
    while (!this.#isStopped && this.#live.size > 0) {
      for (const pair of this.#live) {
        if (this.#isStopped || !(await this.#try(pair))) return
      }
    }
  }

  /** Whether the session is still there. */
  async #try(pair: Tally): Promise<boolean> {
    try {
      await this.#transact(pair)
    } catch (error) {
      const state = sqlStateOf(error)
      if (state === undefined) return false
      if (state === '40P01') pair.deadlocks += 1
      if (state === '42P01') this.#live.delete(pair) // the table is gone
      await delay(pauseMs)
    }
    return true
  }

  /** The next transaction begins in the moment in which the last one ends, so that it is always in the middle of one. */
  async #transact({ child, parent }: TablePair): Promise<void> {
    await this.#client.query(`rollback; begin; lock table ${tableOf(child)} in row exclusive mode`)
    this.#begin()
    await delay(pauseMs)
    await this.#client.query(`lock table ${tableOf(parent)} in row share mode`)
  }
}

/** `schema.name`, in which a dot may be part of the name only: as the inspector tells names. */
function tableOf(name: string): string {
  const dot = name.indexOf('.')
  return `${quoted(name.slice(0, dot))}.${quoted(name.slice(dot + 1))}`
}
