import { count, duration } from '../../../core/text.ts'
import type { TableWaiting } from '../../../databases/inspector.ts'
import type { FindingRecord, RehearsalRecord } from '../../../runs/rehearsal.ts'
import { plain, uncommented } from './escape.ts'
import type { EvidenceReport } from './report.ts'

/** What a line says, for whoever colours it. */
export type Severity = 'pass' | 'fail' | 'unknown' | 'accepted' | 'note' | 'detail'

/** A line of a report. `indent` counts levels; `head` is what is to stand out of it. */
export interface ReportLine {
  readonly severity: Severity
  readonly indent: number
  readonly head?: string
  readonly text: string
}

const verdicts = {
  pass: ['pass', 'pass'],
  fail: ['fail', 'fail'],
  'not-rehearsed': ['unknown', 'not rehearsed'],
} as const satisfies Record<RehearsalRecord['verdict'], readonly [Severity, string]>

/** A rehearsal in lines for a terminal: the verdict, findings with what to do, what was not seen, locks and rows. */
export function asLines(record: RehearsalRecord, evidence?: EvidenceReport): readonly ReportLine[] {
  const [severity, head] = verdicts[record.verdict]
  return [
    { severity, indent: 0, head, text: summary(record) },
    ...record.findings.flatMap((finding) => findingLines(finding, evidence)),
    ...record.gaps.map((gap) => line('unknown', 1, gap)),
    ...lockLines(evidence),
    ...(record.passes.length === 0 ? [] : [line('detail', 1, record.passes.map(passInWords).join(', '))]),
  ]
}

function line(severity: Severity, indent: number, text: string): ReportLine {
  return { severity, indent, text: plain(text) }
}

function summary({ findings, envelope, passes }: RehearsalRecord): string {
  if (passes.length === 0) return 'no pass was played to its end'
  const failing = findings.filter(({ weight, accepted }) => weight === 'fails' && accepted === undefined)
  const rows = Object.values(envelope?.rows ?? {}).reduce(
    (sum, { inserted, updated, deleted }) => sum + inserted + updated + deleted,
    0,
  )
  return [
    failing.length === 0 ? 'no finding' : count(failing.length, 'finding'),
    `${count(rows, 'row')} changed`,
    ...(envelope === undefined ? [] : [`longest statement ${duration(envelope.longestStatementMs)}`]),
  ].join(', ')
}

function findingLines(finding: FindingRecord, report: EvidenceReport | undefined): readonly ReportLine[] {
  const { hazard, table, evidence, remedy, accepted } = finding
  const head = table === undefined ? hazard : `${hazard} ${plain(table)}`
  const what = { severity: severityOf(finding), indent: 1, head, text: plain(evidence) }
  const then = accepted === undefined ? `→ ${remedy}` : `accepted until ${accepted.until}: ${accepted.reason}`
  return [what, ...statementLines(finding, report), line('detail', 2, then)]
}

// A line of a terminal or two; the evidence has all of it.
const longestStatement = 160

function statementLines(
  { statement: place }: FindingRecord,
  report: EvidenceReport | undefined,
): readonly ReportLine[] {
  const seen = place === undefined ? undefined : report?.trace?.statements[place]
  if (place === undefined || seen === undefined) return []
  const text = uncommented(seen.text)
  const shown = text.length > longestStatement ? `${text.slice(0, longestStatement - 1)}…` : text
  return [line('detail', 2, `statement ${place + 1}: ${shown}`)]
}

function severityOf({ weight, accepted }: FindingRecord): Severity {
  if (accepted !== undefined) return 'accepted'
  return weight === 'fails' ? 'fail' : 'note'
}

function lockLines(evidence: EvidenceReport | undefined): readonly ReportLine[] {
  return (evidence?.trace?.locks ?? [])
    .filter(({ blocks }) => blocks !== 'nobody')
    .map(({ table, mode, ms }) => {
      const waiting = evidence?.timing?.[table]
      return line('detail', 1, `${mode} on ${table}, held for ${duration(ms)} under watch${waited(waiting)}`)
    })
}

function waited(waiting: TableWaiting | undefined): string {
  if (waiting === undefined) return ''
  const { reads, writes } = waiting
  const writers = writes === undefined ? '' : `, writers ${duration(writes.longestMs)}`
  return `, readers waited ${duration(reads.longestMs)}${writers}`
}

function passInWords({ pass, result, ms }: RehearsalRecord['passes'][number]): string {
  return result === 'done' ? `${pass} ${duration(ms ?? 0)}` : `${pass}: ${result}`
}
