// A process that records one run: `node ledger-writer.ts FILE RUN`. It begins when its standard input ends.
import { once } from 'node:events'
import { openSqliteLedger } from '../../src/ledger/sql/sqlite/sqlite-ledger.ts'
import { wholeRun } from '../conformance/ledger-events.ts'

const [file = '', run = ''] = process.argv.slice(2)
process.stdout.write('ready\n')
process.stdin.resume()
await once(process.stdin, 'end')

await using ledger = await openSqliteLedger(file)
for (const [version, event] of wholeRun(run).entries()) {
  const result = await ledger.append(event, { version })
  if (!('appended' in result)) throw new Error(`${run} met a conflict over its ${result.conflict}.`)
}
