// A process that records runs until it is killed: `node ledger-tireless-writer.ts FILE NAME`. It tells the head that
// each append gave it, one a line as JSON, when it has it.
import { writeSync } from 'node:fs'
import { openSqliteLedger } from '../../src/ledger/sql/sqlite/sqlite-ledger.ts'
import { wholeRun } from '../conformance/ledger-events.ts'

const [file = '', name = ''] = process.argv.slice(2)
await using ledger = await openSqliteLedger(file)
for (let n = 0; ; n += 1) {
  for (const [version, event] of wholeRun(`${name}-${n}`).entries()) {
    const result = await ledger.append(event, { version })
    if (!('appended' in result)) throw new Error(`${name} met a conflict over its ${result.conflict}.`)
    writeSync(1, `${JSON.stringify(result.appended)}\n`)
  }
}
