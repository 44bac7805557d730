import { describeFinding, summarise } from '../../environment/parity/describe.ts'
import { describeGroup, groupUnobserved } from '../../environment/parity/group-unobserved.ts'
import type { Finding, ParityReport } from '../../environment/parity/report.ts'
import { printable } from './printable.ts'
import { paint } from './style.ts'
import { columnsOf, wrapTo } from './width.ts'

type Stream = NodeJS.WriteStream

const mostUnseen = 8

/** How a twin compares with the app: one line where it is the same, else a line for each difference. */
export function describeParity(report: ParityReport, stream: Stream = process.stderr): string {
  const { findings, unobserved } = report
  const groups = groupUnobserved(unobserved)
  const lines = [
    `  ${markOf(report, stream)} ${paint('dim', summarise(report), stream)}`,
    ...findings.map((finding) => `    ${describe(finding, stream)}`),
    ...groups
      .slice(0, mostUnseen)
      .map((group) => `    ${paint('yellow', '?', stream)} ${printable(describeGroup(group))}`),
  ]
  if (groups.length > mostUnseen)
    lines.push(`    … and ${groups.length - mostUnseen} more reasons why facts could not be seen`)
  return lines.map((line) => wrapTo(line, columnsOf(stream), 6)).join('\n')
}

function markOf({ verdict }: ParityReport, stream: Stream): string {
  if (verdict === 'same') return paint('green', '=', stream)
  return verdict === 'differs' ? paint('yellow', '≈', stream) : paint('red', '≠', stream)
}

function describe(finding: Finding, stream: Stream): string {
  const format = { block: 'red', warn: 'yellow', info: 'dim' } as const
  const severity = finding.declared === undefined ? finding.severity : 'declared'
  const mark = paint(severity === 'declared' ? 'dim' : format[severity], severity.padEnd(5), stream)
  return `${mark} ${printable(describeFinding(finding))}`
}
