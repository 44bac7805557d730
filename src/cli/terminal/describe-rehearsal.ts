import type { ReportLine } from '../../operations/rehearsals/read-report.ts'
import { paint } from './style.ts'
import { columnsOf, wrapTo } from './width.ts'

type Stream = NodeJS.WriteStream

const marks = {
  pass: ['green', '✔'],
  fail: ['red', '✖'],
  unknown: ['yellow', '?'],
  accepted: ['dim', '✔'],
  note: ['dim', '·'],
  detail: ['dim', ' '],
} as const satisfies Record<ReportLine['severity'], readonly [string, string]>

/** A verdict, what it rests on, and what to do. */
export function describeRehearsal(lines: readonly ReportLine[], stream: Stream = process.stderr): string {
  return lines.map((line) => describe(line, stream)).join('\n')
}

function describe({ severity, indent, head, text }: ReportLine, stream: Stream): string {
  const [format, mark] = marks[severity]
  const words = severity === 'detail' || severity === 'accepted' ? paint('dim', text, stream) : text
  const title = head === undefined ? '' : `${paint(indent === 0 ? format : 'bold', head, stream)}  `
  const written = `${'  '.repeat(indent)}${paint(format, mark, stream)} ${title}${words}`
  return wrapTo(written, columnsOf(stream), 2 * indent + 2)
}
