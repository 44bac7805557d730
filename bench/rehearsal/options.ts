import { parseArgs } from 'node:util'

/** What is measured, and on how much. */
export interface Options {
  /** Rows of production's table: ten million are about 1 GB. */
  readonly rows: number
  /** How many rounds count; one more is run before them and discarded. */
  readonly rounds: number
  /** How many migrations the set has. */
  readonly migrations: number
  /** How long each run of pgbench takes. */
  readonly seconds: number
  /** Series by name; all of them where there is none. */
  readonly only: readonly string[]
}

/** `--rows N`, `--rounds N`, `--migrations N`, `--seconds N`, and `--only NAME` as often as one likes. Throws what is wrong. */
export function readOptions(argv: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      rows: { type: 'string', default: '10000000' },
      rounds: { type: 'string', default: '5' },
      migrations: { type: 'string', default: '400' },
      seconds: { type: 'string', default: '10' },
      only: { type: 'string', multiple: true, default: [] },
    },
  })
  return {
    rows: count('--rows', values.rows),
    rounds: count('--rounds', values.rounds),
    migrations: count('--migrations', values.migrations),
    seconds: count('--seconds', values.seconds),
    only: values.only,
  }
}

function count(name: string, text: string): number {
  const value = Number(text.replaceAll('_', ''))
  if (Number.isSafeInteger(value) && value > 0) return value
  throw new TypeError(`${name} is ${JSON.stringify(text)}: expected a whole number above 0.`)
}
