import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { openSqliteLedger } from '../../src/ledger/sql/sqlite/sqlite-ledger.ts'
import { describeLedger } from './ledger.ts'

const folder = await mkdtemp(join(tmpdir(), 'purser-ledgers-'))
afterAll(() => rm(folder, { recursive: true }))

describeLedger('SQLite', (name) => openSqliteLedger(join(folder, name, 'ledger.db')))
