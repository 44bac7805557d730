import { describe, expect, it } from 'vitest'
import {
  content,
  evidence,
  lock,
  object,
  part,
  snapshot,
  statement,
  users,
  waiting,
  work,
} from '../../../../test/corpus/hand-written.ts'
import type { RehearsalRecord } from '../../../runs/rehearsal.ts'
import { envelopeOf } from '../envelope.ts'
import type { Evidence } from '../evidence.ts'
import { defaultPolicy } from '../policy.ts'
import { judge } from '../verdict.ts'
import { asJson, fromJson } from './json.ts'
import { asMarkdown } from './markdown.ts'
import { asLines } from './terminal.ts'

const hostile = 'public.a|b`c\n<script>\u001b[31m@all'

function recordOf(seen: Evidence, more: Partial<RehearsalRecord> = {}): RehearsalRecord {
  const policy = { ...defaultPolicy, mode: 'strict' as const }
  return {
    ...judge(seen, policy, new Date('2026-11-26')),
    ...{ database: 'main', content: 'c', startingSchema: 's', identity: 'i', passes: seen.passes },
    ...(seen.trace === undefined ? {} : { envelope: envelopeOf(seen.trace) }),
    ...more,
  }
}

function migrated(name: string): Evidence {
  const before = snapshot([...users, object('table', name)])
  const locks = [lock(name, 'AccessExclusiveLock')]
  const tables = { [name]: work({ updated: 40, scanned: 50 }) }
  const rows = new Map([[name, content(50)]])
  return evidence(
    {
      ...{ before, after: snapshot([...before.objects, part('column', name, 'plan')]) },
      statements: [statement({ locks, tables, lockTimeoutMs: 0, ms: 120 })],
      ...{ contentBefore: rows, contentAfter: rows },
    },
    {
      passes: [
        { pass: 'trace', result: 'done', ms: 900 },
        { pass: 'undo', result: 'off', why: 'It was switched off.' },
      ],
      timing: new Map([[name, waiting(80)]]),
    },
  )
}

const subject = { task: 'migrate', environment: 'production', run: 'run_1' }
const seen = migrated('public.orders')
const report = asMarkdown(subject, recordOf(seen), asJson(seen))

describe('the report for a pull request', () => {
  it.each([
    '## ❌ Rehearsal failed: migrate',
    '| ❌ | `lock_queue` | `public.orders` | Statement 1 \\(ALTER TABLE\\) asked for AccessExclusiveLock on public.orders without a lock\\_timeout',
    '| `public.orders` | AccessExclusiveLock | statement 1 | 120 ms | 80 ms | 80 ms |',
    '| `public.orders` | 50 | 50 | 0 | 40 | 0 | 5.0 kB | 5.0 kB |',
    '- column public.orders.plan is new',
    '| 1 | `ALTER TABLE …` | 120 ms |',
    'was run on throw-away copies of database `main` of `production`, with data, and every statement was watched.',
    '- The undo pass was switched off.',
    '| undo | off |  | It was switched off. |',
  ])('says %s', (line) => expect(report).toContain(line))

  it('says in one line that there is nothing to say', () => {
    const quiet = evidence({ statements: [statement({ tag: 'ANALYZE' })] })
    const text = asMarkdown(subject, recordOf(quiet), asJson(quiet))
    expect(text).toContain('## ✅ Rehearsal passed: migrate')
    expect(text).toContain('Nothing was found that would harm production.')
    expect(text).toContain('A run may change 0 rows')
    expect(report).not.toContain('A run may change')
  })

  it('can do without evidence', () => {
    expect(asMarkdown(subject, recordOf(seen), undefined)).toContain('### Findings')
  })
})

describe('a hostile name', () => {
  const bad = migrated(hostile)

  it('breaks no table and is no markup', () => {
    const text = asMarkdown({ ...subject, task: hostile }, recordOf(bad), asJson(bad))
    expect(text).not.toMatch(/[^\P{Cc}\n]|^<script>/mu)
    const rows = text.split('\n').filter((line) => line.startsWith('|'))
    const pipes = rows.map((row) => row.match(/(?<!\\)\|/g)?.length)
    expect(new Set(pipes)).toEqual(new Set([6, 4, 7, 9, 5]))
    // outside code it is escaped
    expect(text.replace(/(`+)[^`].*?\1/g, '')).not.toContain('<script>')
  })

  it('makes no line of its own on a terminal', () => {
    for (const { text, head = '' } of asLines(recordOf(bad), asJson(bad)))
      expect(text + head).not.toMatch(/\p{Cc}/u)
  })
})

describe('the lines for a terminal', () => {
  it('name the statement, and how long whom it kept waiting', () => {
    const lines = asLines(recordOf(seen), asJson(seen)).map(({ text }) => text)
    expect(lines).toContain('statement 1: ALTER TABLE …')
    expect(lines.join(' ')).toContain('readers waited 80 ms, writers 80 ms')
  })

  it('say how grave each is', () => {
    const lines = asLines(recordOf(seen), asJson(seen))
    expect(lines.map(({ severity, indent, head }) => [severity, indent, head].join(' ').trim())).toEqual([
      'fail 0 fail',
      'fail 1 blocks_reads_writes public.orders',
      'detail 2',
      'detail 2',
      'fail 1 lock_queue public.orders',
      'detail 2',
      'detail 2',
      'unknown 1',
      'detail 1',
      'detail 1',
    ])
  })
})

it('tells of a rehearsal that came to no end', () => {
  const record = { ...recordOf(evidence({}, { passes: [] })), verdict: 'not-rehearsed' as const }
  expect(asLines(record)[0]).toMatchObject({ head: 'not rehearsed', text: 'no pass was played to its end' })
  expect(asMarkdown(subject, record, undefined)).toContain(
    'no pass was played to its end. Nothing was changed in',
  )
})

describe('evidence in JSON', () => {
  it('is the same after it was written and read', () => {
    const json = asJson(seen)
    expect(fromJson(JSON.stringify(json))).toEqual(json)
  })

  it('tells changes, locks and rows, and leaves the snapshots out', () => {
    expect(asJson(seen).trace).toMatchObject({
      changes: ['column public.orders.plan is new', '40 rows of public.orders were written'],
      locks: [{ table: 'public.orders', mode: 'AccessExclusiveLock', ms: 120, statement: 0 }],
      tables: [{ name: 'public.orders', rowsBefore: 50, rowsAfter: 50, updated: 40 }],
    })
    expect(JSON.stringify(asJson(seen))).not.toContain('nullable')
  })
})
