import { buildCommand } from '@stricli/core'
import { count } from '../../core/text.ts'
import { listBuried } from '../../operations/list-buried.ts'
import { jsonFlag, parseWhole, runArgument } from '../flags.ts'
import { loadContext, type Session } from '../session.ts'
import { printable } from '../terminal/printable.ts'
import { paint } from '../terminal/style.ts'
import { table } from '../terminal/table.ts'

interface Flags {
  readonly limit: number
  readonly json: boolean
}

export const command = buildCommand<Flags, [run: string], Session>({
  parameters: {
    flags: {
      limit: {
        kind: 'parsed',
        parse: parseWhole,
        brief: 'How many at most',
        placeholder: 'N',
        default: '100',
      },
      json: jsonFlag,
    },
    positional: runArgument,
  },
  docs: {
    brief: 'List the rows that a batch could not do, each with its error',
    fullDescription: `List the rows that a batch could not do and set aside, each with its key and its error.

  purser buried last
  purser buried k3m9q --json`,
  },
  async func({ limit, json }, typed) {
    const context = await loadContext(this, { readingWillDo: true })
    const { run, rows } = await listBuried(context, typed, limit)
    if (json) return console.log(JSON.stringify({ run, buried: rows }))
    if (rows.length === 0) return console.log('No row is buried.')
    const lines = rows.map(({ key, error, tries, replayedAt }) => [
      `  ${paint('bold', printable(key.join(', ')))}`,
      printable(error),
      paint('dim', replayedAt === undefined ? `tried ${count(tries, 'time')}` : `put back ${replayedAt}`),
    ])
    console.log(table(lines))
  },
})
