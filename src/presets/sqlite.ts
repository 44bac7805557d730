import path from 'node:path'
import type { Place } from '../environment/wiring.ts'
import type { LedgerWiring } from '../ledger/ledger.ts'

/** A ledger in one SQLite file: `.purser/ledger.sqlite` beside the configuration unless stated. */
export function sqlite(options: { readonly file?: string } = {}): LedgerWiring {
  const { file } = options
  return {
    kind: 'sqlite',
    describe: `sqlite (${file ?? '.purser/ledger.sqlite'})`,
    problems:
      file === undefined || (typeof file === 'string' && file !== '')
        ? []
        : [{ path: 'file', message: `is ${file}: expected a path.` }],
    open: (place) => open(file, place, false),
    openToRead: (place) => open(file, place, true),
  }
}

async function open(file: string | undefined, { state, root }: Place, readOnly: boolean) {
  const { openSqliteLedger } = await import('../ledger/sql/sqlite/sqlite-ledger.ts')
  const location = file === undefined ? path.join(state, 'ledger.sqlite') : path.resolve(root, file)
  return openSqliteLedger(location, { readOnly })
}
