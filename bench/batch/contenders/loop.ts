import { now } from '../clock.ts'
import { Helper } from '../helpers/helper.ts'
import type { Contender } from './contender.ts'
import { workers } from './contender.ts'

/** The limit: what somebody writes by hand who needs no pause, no resume and no second try. */
export const loop = handWritten('hand-written loop', 'none', false)

/** The same with a record of how far it is, in the transaction of the rows. */
export const loopWithCheckpoint = handWritten('hand-written loop, checkpoint', 'exactly once', true)

/** Two connections, each with half of the keys. */
function handWritten(name: string, guarantee: Contender['guarantee'], hasCheckpoint: boolean): Contender {
  return {
    name,
    guarantee,
    async run({ services, table, ready }, { rows, sliceRows }) {
      await table.query('create table if not exists walked (walker int primary key, up_to bigint not null)')
      await using stack = new AsyncDisposableStack()
      const half = Math.ceil(rows / workers / sliceRows) * sliceRows
      const walkers = await Promise.all(
        Array.from({ length: workers }, async (_, walker) => {
          const helper = stack.use(await Helper.start('loop'))
          const range = { after: walker * half, upTo: Math.min(rows, (walker + 1) * half) }
          await helper.ask('connect', { url: services.postgres.url, walker })
          return () => helper.ask<number>('walk', { ...range, sliceRows, hasCheckpoint })
        }),
      )
      await ready()
      const began = now()
      return Math.max(...(await Promise.all(walkers.map((walk) => walk())))) - began
    },
  }
}
