import { byteSize, count, duration } from '../../../core/text.ts'
import type { TableWaiting } from '../../../databases/inspector.ts'
import type { FindingRecord, RehearsalRecord } from '../../../runs/rehearsal.ts'
import { code, markdown, tableOf, uncommented } from './escape.ts'
import type { EvidenceReport, TableReport, TraceReport } from './report.ts'

/** What a report for a pull request is of. */
export interface ReportSubject {
  readonly task: string
  readonly environment: string
  /** The rehearsal's run. */
  readonly run: string
  readonly release?: string
}

/** So many rows of a table are shown at most: a comment on a pull request has its limits. */
const mostRows = 40
const longestStatement = 300

/** A rehearsal, as a comment on a pull request. `evidence` may be missing where it is kept elsewhere. */
export function asMarkdown(
  subject: ReportSubject,
  record: RehearsalRecord,
  evidence: EvidenceReport | undefined,
): string {
  const parts = [
    heading(subject, record),
    section('Findings', [...findings(record), ...legend(record)]),
    section(
      'Not seen',
      record.gaps.map((gap) => `- ${markdown(gap)}`),
    ),
    ...(evidence?.trace === undefined ? [] : whatItDid(record, evidence.trace, evidence)),
    section('What a run may do', envelope(record)),
    section('Passes', passes(record)),
  ]
  return `${parts
    .filter((part) => part.length > 0)
    .map((part) => part.join('\n'))
    .join('\n\n')}\n`
}

/** That nothing was rehearsed since there is nothing to do, as a comment on a pull request. */
export function needlessAsMarkdown({ task, environment, run }: ReportSubject, why: string): string {
  return `## ✅ Nothing to rehearse: ${markdown(task)}\n\nIn ${code(environment)} ${markdown(why)}. Run ${code(run)}.\n`
}

const verdicts = {
  pass: '✅ Rehearsal passed',
  fail: '❌ Rehearsal failed',
  'not-rehearsed': '⚠️ Not rehearsed',
} as const satisfies Record<RehearsalRecord['verdict'], string>

function heading(subject: ReportSubject, { verdict, database, passes }: RehearsalRecord): readonly string[] {
  const of = code(subject.environment)
  const place = database === '' ? of : `database ${code(database)} of ${of}`
  const what =
    passes.length === 0
      ? `It was to be rehearsed on clones of ${place}, and no pass was played to its end.`
      : `The release's own migration command was run on throw-away copies of ${place}, with data, and every statement was watched.`
  const release = subject.release === undefined ? '' : `Release ${code(subject.release, 24)}, `
  return [
    `## ${verdicts[verdict]}: ${markdown(subject.task)}`,
    '',
    `${what} Nothing was changed in ${of}.`,
    '',
    `${release}run ${code(subject.run)}: ${code(`purser show ${subject.run}`)} tells it again.`,
  ]
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`### ${title}`, '', ...lines]
}

function findings({ findings: all, verdict }: RehearsalRecord): readonly string[] {
  if (all.length === 0) return verdict === 'pass' ? ['Nothing was found that would harm production.'] : []
  const rows = all
    .slice(0, mostRows)
    .map((finding) => [
      markOf(finding),
      code(finding.hazard),
      finding.table === undefined ? '' : code(finding.table),
      markdown(finding.evidence),
      finding.accepted === undefined
        ? markdown(finding.remedy)
        : `Accepted until ${markdown(finding.accepted.until)}: ${markdown(finding.accepted.reason)}`,
    ])
  return [...tableOf(['', 'hazard', 'table', 'what was seen', 'what to do'], rows), ...rest(all.length)]
}

/** What the marks mean, for who sees them for the first time. */
function legend({ findings: all }: RehearsalRecord): readonly string[] {
  if (all.length === 0) return []
  return ['', '❌ fails the rehearsal · ℹ️ is only worth knowing · ☑️ was accepted, with a reason']
}

function markOf({ weight, accepted }: FindingRecord): string {
  if (accepted !== undefined) return '☑️'
  return weight === 'fails' ? '❌' : 'ℹ️'
}

function rest(all: number): readonly string[] {
  return all > mostRows ? ['', `… and ${(all - mostRows).toLocaleString('en')} more.`] : []
}

function whatItDid(
  { findings: found }: RehearsalRecord,
  trace: TraceReport,
  { timing = {} }: EvidenceReport,
): readonly (readonly string[])[] {
  return [
    section('Statements', statements(found, trace)),
    section('Locks', locks(trace, timing)),
    section('Rows', paragraphs(rows(trace.tables), disk(trace))),
    section('What is different', changes(trace)),
  ]
}

/** Those that findings and locks name by number. */
function statements(found: readonly FindingRecord[], trace: TraceReport): readonly string[] {
  const named = [...found, ...trace.locks].flatMap(({ statement }) => statement ?? [])
  const rows = [...new Set(named)]
    .sort((one, other) => one - other)
    .flatMap((place) => {
      const statement = trace.statements[place]
      return statement === undefined
        ? []
        : [[String(place + 1), code(uncommented(statement.text), longestStatement), duration(statement.ms)]]
    })
  return [...tableOf(['', 'statement', 'took, watched'], rows.slice(0, mostRows)), ...rest(rows.length)]
}

function disk({ walBytes, diskBytes }: TraceReport): readonly string[] {
  const wal = walBytes === undefined ? [] : [`${byteSize(walBytes)} of WAL were written.`]
  const more = diskBytes === undefined ? 0 : diskBytes.peak - diskBytes.before
  const room = more > 0 ? [`At its largest the database took ${byteSize(more)} more than before.`] : []
  const sentences = [...wal, ...room]
  return sentences.length === 0 ? [] : [sentences.join(' ')]
}

function paragraphs(...parts: readonly (readonly string[])[]): readonly string[] {
  const [first = [], ...others] = parts.filter((part) => part.length > 0)
  return [...first, ...others.flatMap((part) => ['', ...part])]
}

function locks(trace: TraceReport, timing: Readonly<Record<string, TableWaiting>>): readonly string[] {
  const rows = trace.locks.slice(0, mostRows).map(({ table, mode, ms, statement }) => {
    const waiting = timing[table]
    return [
      code(table),
      mode,
      `statement ${statement + 1}`,
      duration(ms),
      waiting === undefined ? 'not measured' : duration(waiting.reads.longestMs),
      waiting?.writes === undefined ? 'not measured' : duration(waiting.writes.longestMs),
    ]
  })
  const head = ['table', 'strongest lock', 'taken by', 'held, watched', 'readers waited', 'writers waited']
  return [...tableOf(head, rows), ...rest(trace.locks.length)]
}

function rows(tables: readonly TableReport[]): readonly string[] {
  const lines = tables
    .slice(0, mostRows)
    .map((table) => [
      code(table.name),
      table.rowsBefore.toLocaleString('en'),
      table.rowsAfter === undefined ? 'gone' : table.rowsAfter.toLocaleString('en'),
      ...[table.inserted, table.updated, table.deleted].map((number) => number.toLocaleString('en')),
      byteSize(table.bytesBefore),
      table.bytesAfter === undefined ? 'gone' : byteSize(table.bytesAfter),
    ])
  const head = ['table', 'rows before', 'after', 'inserted', 'updated', 'deleted', 'size before', 'after']
  return [...tableOf(head, lines), ...rest(tables.length)]
}

function changes({ changes: all }: TraceReport): readonly string[] {
  if (all.length === 0) return ['Nothing.']
  return [...all.slice(0, mostRows).map((change) => `- ${markdown(change)}`), ...rest(all.length)]
}

function envelope({ envelope: bound, verdict }: RehearsalRecord): readonly string[] {
  if (bound === undefined || verdict !== 'pass') return []
  const all = Object.values(bound.rows)
  const changed = all.reduce((sum, { inserted, updated, deleted }) => sum + inserted + updated + deleted, 0)
  return [
    `A run may change ${count(changed, 'row')} of ${count(all.length, 'table')} and what the policy tolerates beyond: a commit that would do more is refused. Its longest statement took ${duration(bound.longestStatementMs)}.`,
  ]
}

function passes({ passes: all }: RehearsalRecord): readonly string[] {
  return tableOf(
    ['pass', 'result', 'took', ''],
    all.map(({ pass, result, ms, why }) => [
      pass,
      result,
      ms === undefined ? '' : duration(ms),
      why === undefined ? '' : markdown(why),
    ]),
  )
}
