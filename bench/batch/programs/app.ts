/** An app with traffic: so many point reads and writes a second, whether or not the ones before were answered. */
import pg from 'pg'
import { now } from '../clock.ts'
import { answer } from '../helpers/answer.ts'

interface Traffic {
  readonly url: string
  readonly rows: number
  readonly perSecond: number
}

const read = { name: 'read', text: 'select * from counted where id = $1' }
const write = { name: 'write', text: 'update counted set touched = touched + 1 where id = $1' }

let pool: pg.Pool
let traffic: Traffic
let timer: NodeJS.Timeout | undefined
let sent = 0
let took: number[] = []
const open = new Set<Promise<void>>()

answer({
  async connect(given: Traffic) {
    traffic = given
    pool = new pg.Pool({ connectionString: given.url, max: 10, min: 10, idleTimeoutMillis: 0 })
    await Promise.all(Array.from({ length: 10 }, () => pool.query(read.text, [1])))
  },
  begin() {
    const began = now()
    took = []
    sent = 0
    timer = setInterval(() => {
      for (let due = dueOf(began); due <= now(); due = dueOf(began)) send(due)
    }, 1)
  },
  async end() {
    clearInterval(timer)
    await Promise.all(open)
    return took
  },
})

function dueOf(began: number): number {
  return began + (sent * 1_000) / traffic.perSecond
}

/** What people wait begins when they ask, also while the app is too busy to hear them. */
function send(due: number): void {
  const statement = sent % 2 === 0 ? read : write
  sent += 1
  const values = [1 + Math.floor(Math.random() * traffic.rows)]
  const answered = pool
    .query({ ...statement, values })
    .then(() => void took.push(now() - due))
    .finally(() => open.delete(answered))
  open.add(answered)
}
