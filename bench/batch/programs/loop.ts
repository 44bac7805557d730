/** The hand-written loop: one connection, one half of the keys. */
import pg from 'pg'
import { now } from '../clock.ts'
import { answer } from '../helpers/answer.ts'
import { type Range, raise } from '../work.ts'

let client: pg.Client
let walker = 0

answer({
  async connect({ url, walker: number }: { readonly url: string; readonly walker: number }) {
    client = new pg.Client({ connectionString: url })
    walker = number
    await client.connect()
    await client.query({ ...raise, values: [0, 0] })
    await client.query('insert into walked values ($1, 0) on conflict (walker) do update set up_to = 0', [
      walker,
    ])
  },

  async walk({
    after,
    upTo,
    sliceRows,
    hasCheckpoint,
  }: Range & { sliceRows: number; hasCheckpoint: boolean }) {
    for (let from = after; from < upTo; from += sliceRows) {
      const to = Math.min(upTo, from + sliceRows)
      if (hasCheckpoint) await client.query('begin')
      await client.query({ ...raise, values: [from, to] })
      if (hasCheckpoint) {
        const text = 'update walked set up_to = $2 where walker = $1'
        await client.query({ name: 'checkpoint', text, values: [walker, to] })
        await client.query('commit')
      }
    }
    return now()
  },
})
