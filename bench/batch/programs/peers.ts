import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import pg from 'pg'
import { say } from '../helpers/answer.ts'
import { Counter } from '../helpers/counted.ts'
import { type Range, raise } from '../work.ts'

const require = createRequire(new URL('../peers/package.json', import.meta.url))

/** Loads a package that is installed for the benchmark only, as the part of it that is used. */
export async function loadPeer<T>(name: string): Promise<T> {
  return (await import(pathToFileURL(require.resolve(name)).href)) as T
}

/** A worker's connection to the rows: raises a slice's counters, and counts it. */
export async function raiser(url: string): Promise<(range: Range) => Promise<void>> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query({ ...raise, values: [0, 0] })
  const counter = new Counter()
  return async ({ after, upTo }) => {
    await client.query({ ...raise, values: [after, upTo] })
    counter.add()
  }
}

const madeAtOnce = 1_000

/** Makes tasks of slices, many at once, and tells when the first are there. */
export async function makeInChunks(
  slices: readonly Range[],
  make: (some: readonly Range[]) => Promise<unknown>,
) {
  for (let from = 0; from < slices.length; from += madeAtOnce) {
    await make(slices.slice(from, from + madeAtOnce))
    if (from === 0) say('some are made')
  }
}
