import { DatabaseSync } from 'node:sqlite'
import { hashBody } from '../../src/ledger/chain.ts'
import { ended, running } from '../conformance/ledger-events.ts'

interface Tampering {
  readonly what: string
  readonly sql: readonly string[]
  /** A problem that verifying must name, without a head from elsewhere. */
  readonly finds: RegExp
}

const forged = JSON.stringify(ended('b.1', 1))

/** What somebody with the file in hand may do. Run a is events 1 to 4, run b 5 to 8, run c 9 to 12. */
export const tamperings: readonly Tampering[] = [
  {
    what: 'an edited body',
    sql: [`UPDATE events SET body = '${JSON.stringify(running('b.7'))}' WHERE sequence = 7`],
    finds: /^Event 7 .* another body/,
  },
  {
    what: 'an edited body with its hash',
    sql: [`UPDATE events SET body = '${forged}', bodyHash = '${hashBody(forged)}' WHERE sequence = 8`],
    finds: /^Event 8 .* changed/,
  },
  {
    what: 'an edited time',
    sql: ['UPDATE events SET at = at - 60000 WHERE sequence = 5'],
    finds: /^Event 5 .* changed/,
  },
  {
    what: 'an edited kind',
    sql: [`UPDATE events SET kind = 'cancelling' WHERE sequence = 7`],
    finds: /^Event 7 .* changed/,
  },
  {
    what: 'a removed claim',
    sql: ['UPDATE events SET claim = NULL WHERE sequence = 6'],
    finds: /^Event 6 .* changed/,
  },
  {
    what: 'an edited hash',
    sql: [`UPDATE events SET hash = '${'a'.repeat(64)}' WHERE sequence = 6`],
    finds: /^Event 6 .* changed/,
  },
  {
    what: 'an edited last event',
    sql: ['UPDATE events SET at = 0 WHERE sequence = 12'],
    finds: /^Event 12 .* changed/,
  },
  {
    what: 'a body that was taken away',
    sql: ['UPDATE events SET body = NULL WHERE sequence = 7'],
    finds: /^Event 7 .* lost its body/,
  },
  {
    what: 'a body that is no JSON',
    sql: [`UPDATE events SET body = '{' WHERE sequence = 7`],
    finds: /^Event 7 .* another body/,
  },
  {
    what: 'an event moved to another run',
    sql: [`UPDATE events SET run = 'a' WHERE sequence = 7`],
    finds: /^Event 7 .* changed/,
  },
  {
    what: 'a whole run under another id',
    sql: [`UPDATE events SET run = 'd' WHERE run = 'b'`],
    finds: /^Event 5 .* changed/,
  },
  {
    what: 'a deleted event',
    sql: ['DELETE FROM events WHERE sequence = 6'],
    finds: /^Event 7 .* missing/,
  },
  {
    what: 'a deleted first event',
    sql: ['DELETE FROM events WHERE sequence = 1'],
    finds: /^Event 2 .* missing/,
  },
  {
    what: 'a deleted run',
    sql: [`DELETE FROM events WHERE run = 'b'`],
    finds: /^Event 9 .* missing/,
  },
  {
    what: 'a deleted event, the later ones moved up',
    sql: [
      'DELETE FROM events WHERE sequence = 6',
      'UPDATE events SET sequence = sequence - 1 WHERE sequence > 6',
    ],
    finds: /^Event 6 .* another event before it/,
  },
  {
    what: 'an inserted event, the later ones moved down',
    sql: [
      'UPDATE events SET sequence = -sequence WHERE sequence > 6',
      'UPDATE events SET sequence = 1 - sequence WHERE sequence < 0',
      `INSERT INTO events SELECT 7, run, kind, at, claim, body, bodyHash, previous, hash
        FROM events WHERE sequence = 6`,
    ],
    finds: /^Event 7 .* another event before it/,
  },
  {
    what: 'two events in each other’s place',
    sql: [
      'UPDATE events SET sequence = -6 WHERE sequence = 6',
      'UPDATE events SET sequence = 6 WHERE sequence = 7',
      'UPDATE events SET sequence = 7 WHERE sequence = -6',
    ],
    finds: /^Event 6 .* another event before it/,
  },
  {
    what: 'two bodies swapped',
    sql: [swap('body')],
    finds: /^Event 6 .* another body/,
  },
  {
    what: 'two bodies swapped with their hashes',
    sql: [swap('body'), swap('bodyHash')],
    finds: /^Event 6 .* changed/,
  },
]

function swap(column: string): string {
  return `UPDATE events SET ${column} =
    (SELECT other.${column} FROM events AS other WHERE other.sequence = 13 - events.sequence)
    WHERE sequence IN (6, 7)`
}

/** Writes into the file behind Purser's back. The triggers keep nobody out who may write the file. */
export function tamper(file: string, statements: readonly string[]): void {
  const database = new DatabaseSync(file)
  for (const trigger of ['no_update', 'no_delete', 'append_only']) database.exec(`DROP TRIGGER ${trigger}`)
  for (const statement of statements) database.exec(statement)
  database.close()
}
