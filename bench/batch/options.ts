import { parseArgs } from 'node:util'

/** What is measured, and on how much. */
export interface Options {
  /** Rows in the table. */
  readonly rows: number
  /** How many rounds count; one more is run before them and discarded. */
  readonly rounds: number
  /** How many rows a slice has, one measurement each. */
  readonly slices: readonly number[]
  /** Series, and sides of the first, whose names contain one of these; all of them where there is none. */
  readonly only: readonly string[]
}

/** `--rows N`, `--rounds N`, `--slices N,N`, and `--only NAME` as often as one likes. Throws what is wrong with them. */
export function readOptions(argv: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      rows: { type: 'string', default: '1000000' },
      rounds: { type: 'string', default: '9' },
      slices: { type: 'string', default: '200,1000' },
      only: { type: 'string', multiple: true, default: [] },
    },
  })
  return {
    rows: count('--rows', values.rows),
    rounds: count('--rounds', values.rounds),
    slices: values.slices.split(',').map((size) => count('--slices', size)),
    only: values.only,
  }
}

function count(name: string, text: string): number {
  const value = Number(text.replaceAll('_', ''))
  if (Number.isSafeInteger(value) && value > 0) return value
  throw new TypeError(`${name} is ${JSON.stringify(text)}: expected a whole number above 0.`)
}
