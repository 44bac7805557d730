import { setTimeout as sleep } from 'node:timers/promises'
import type { Act } from '../act.ts'
import { isFull } from '../how-much.ts'

export const cutAll: Act = () => ({
  what: 'cut all database connections',
  async play({ stage, note }) {
    stage.proxy.cutAll()
    note('cut all database connections')
  },
})

/** Stopped in order or at once, and started again after a while. */
export const databaseDown: Act = (random) => {
  const signal = random.pick(['SIGINT', 'SIGQUIT'] as const)
  const forMs = isFull && random.between(0, 19) === 0 ? 60_000 : random.pick([0, 0, 1_000, 4_000])
  return {
    what: `database stopped by ${signal} for ${forMs} ms`,
    play: ({ stage, note }) =>
      stage.outage(async () => {
        note('the database stops')
        await stage.database.stop(signal)
        await sleep(forMs)
        await stage.database.start()
        note('the database is back')
      }),
  }
}

export const readOnly: Act = (random) => {
  const forMs = random.between(500, 3_000)
  return {
    what: `database read-only for ${forMs} ms`,
    play: ({ stage: { database, outage }, note }) =>
      outage(async () => {
        note('the database is read-only')
        await setReadOnly(database, 'on')
        await sleep(forMs)
        await setReadOnly(database, 'off')
        note('the database may be written again')
      }),
  }
}

async function setReadOnly({ query }: { query(sql: string): Promise<unknown> }, to: 'on' | 'off') {
  await query(`alter system set default_transaction_read_only = ${to}`)
  await query('select pg_reload_conf()')
}
