import { readFile } from 'node:fs/promises'
import { buildCommand, buildRouteMap } from '@stricli/core'
import { exitCodes, PurserError } from '../../core/errors.ts'
import { count } from '../../core/text.ts'
import type { Head, Ledger } from '../../ledger/ledger.ts'
import { exportLedger } from '../../operations/export-ledger.ts'
import { pickLedger } from '../../operations/runs/ledgers.ts'
import { verifyLedger } from '../../operations/verify-ledger.ts'
import { environmentFlag, jsonFlag } from '../flags.ts'
import { loadContext, type Session } from '../session.ts'
import { paint } from '../terminal/style.ts'

interface Flags {
  readonly environment?: string
  readonly json: boolean
}

const flags = { environment: environmentFlag, json: jsonFlag } as const
const aliases = { e: 'environment' } as const

const verify = buildCommand<Flags & { readonly head?: string }, [], Session>({
  parameters: {
    flags: {
      ...flags,
      head: {
        kind: 'parsed',
        parse: String,
        brief: 'A head that was kept elsewhere, or a file with one: proves that no end was cut off',
        placeholder: 'HEAD',
        optional: true,
      },
    },
    aliases,
  },
  docs: {
    brief: 'Prove that no event was changed, removed, added or moved',
    fullDescription: `Prove that no event was changed, removed, added or moved. Exits with 81 when one was.

  purser ledger verify
  purser ledger verify --head 42:9c1f…`,
  },
  async func({ environment, json, head }) {
    const ledger = await openFor(this, environment)
    const expect = head === undefined ? {} : { expect: await readHead(head) }
    const verification = await verifyLedger(ledger, expect)
    const { problems, events, runs } = verification
    if (json)
      console.log(JSON.stringify({ location: ledger.location, ok: problems.length === 0, ...verification }))
    else if (problems.length > 0)
      console.log(problems.map((problem) => `${paint('red', '✖')} ${problem}`).join('\n'))
    else {
      console.log(
        `${paint('green', '✔')} ${count(events, 'event')} of ${count(runs, 'run')}, one unbroken chain`,
      )
      console.log(paint('dim', `  head ${formatHead(verification.head)}`))
    }
    if (problems.length > 0) process.exitCode = exitCodes.refused
  },
})

const head = buildCommand<Flags, [], Session>({
  parameters: { flags, aliases },
  docs: {
    brief: 'Print the end of the chain, to be kept elsewhere',
    fullDescription: `Print the end of the chain. Kept where nobody who can write the ledger can write, it proves later that no end was cut off.

  purser ledger head > /elsewhere/ledger.head`,
  },
  async func({ environment, json }) {
    const found = await (await openFor(this, environment)).head()
    console.log(json ? JSON.stringify(found) : formatHead(found))
  },
})

const exportCommand = buildCommand<Flags, [], Session>({
  parameters: { flags, aliases },
  docs: {
    brief: 'Print every event, one JSON object a line',
    fullDescription: `Print every event with its hashes, one JSON object a line, as it is stored.

  purser ledger export > ledger.ndjson`,
  },
  async func({ environment }) {
    for await (const line of exportLedger(await openFor(this, environment))) {
      if (!process.stdout.write(line)) await new Promise((resolve) => process.stdout.once('drain', resolve))
    }
  },
})

export const command = buildRouteMap({
  routes: { verify, head, export: exportCommand },
  docs: {
    brief: 'Verify, export and take the head of the record of all runs',
    fullDescription: `The record of all runs: append-only, hash-chained.

  purser ledger verify`,
  },
})

async function openFor(session: Session, environment: string | undefined): Promise<Ledger> {
  return pickLedger(await loadContext(session, { readingWillDo: true }), environment)
}

function formatHead({ sequence, hash }: Head): string {
  return `${sequence}:${hash}`
}

async function readHead(typed: string): Promise<Head> {
  const text =
    typed.includes(':') && !typed.includes('/') ? typed : await readFile(typed, 'utf8').catch(() => typed)
  const [, sequence, hash] = /^(\d+):([0-9a-f]{64})$/.exec(text.trim()) ?? []
  if (sequence !== undefined && hash !== undefined) return { sequence: Number(sequence), hash }
  throw new PurserError('USAGE', {
    message: `"${typed}" is neither a head nor a file with one.`,
    remedy: 'A head is what `purser ledger head` prints: a number, a colon and 64 hexadecimal digits.',
  })
}
