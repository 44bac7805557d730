import path from 'node:path'
import type { Wiring } from '../environment/wiring.ts'
import type { Ledger } from '../ledger/ledger.ts'

/** A ledger in one SQLite file: `.purser/ledger.sqlite` beside the configuration unless stated. */
export function sqlite(options: { readonly file?: string } = {}): Wiring<Ledger> {
  const { file } = options
  return {
    kind: 'sqlite',
    describe: `sqlite (${file ?? '.purser/ledger.sqlite'})`,
    problems:
      file === undefined || (typeof file === 'string' && file !== '')
        ? []
        : [{ path: 'file', message: `is ${file}: expected a path.` }],
    open: async (place) => {
      const { openSqliteLedger } = await import('../ledger/sql/sqlite.ts')
      return openSqliteLedger(
        file === undefined ? path.join(place.state, 'ledger.sqlite') : path.resolve(place.root, file),
      )
    },
  }
}
