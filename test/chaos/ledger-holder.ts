// A process that locks a ledger and does nothing: `node ledger-holder.ts FILE LOCK`, where LOCK is what SQLite's BEGIN
// takes. It lets go when its standard input ends.
import { once } from 'node:events'
import { DatabaseSync } from 'node:sqlite'

const [file = '', lock = ''] = process.argv.slice(2)
using database = new DatabaseSync(file)
database.exec(`BEGIN ${lock}`)
process.stdout.write('locked\n')
process.stdin.resume()
await once(process.stdin, 'end')
database.exec('ROLLBACK')
