import { byteSize, duration } from '../../core/text.ts'
import { shortDigest } from '../../environment/release.ts'
import { durationOf } from '../../operations/runs/view-run.ts'
import { describeOutcome } from '../../runs/outcomes.ts'
import { lastAttempt, type Run } from '../../runs/run.ts'
import { printable, shortened } from './printable.ts'
import { describeRefusal } from './report-error.ts'
import { paint, paintNotice, paintStanding, paintStatus } from './style.ts'
import { columnsOf, wrapTo } from './width.ts'

// An ad-hoc command may have thousands of words; `purser show` has them all.
const longestName = 200

/** The line before a run's output. */
export function describeStart({ id, request }: Run): string {
  const stream = process.stderr
  const { task, environment, service, release, notices } = request
  const place = paint('dim', `in ${environment}/${service}, release ${shortDigest(release.digest)}`, stream)
  const lines = [
    `${paint('cyan', '▸', stream)} ${paint('bold', shortened(task, longestName), stream)} ${place}  run ${paint('cyan', id, stream)}`,
  ]
  return [...lines.map(wrapped), ...notices.map((notice) => paintNotice(printable(notice)))].join('\n')
}

/** The lines after a run's output. */
export function describeEnd(run: Run): string {
  const stream = process.stderr
  if (run.refusals.length > 0) {
    const what = run.attempts.length === 0 ? 'nothing was started' : 'nothing of the task ran'
    const remark = paint('dim', `run ${run.id} is on record; ${what}`, stream)
    const refusals = run.refusals.map((refusal) => describeRefusal(refusal))
    return [wrapped(`${paintStatus('refused', stream)}  ${remark}`), ...refusals].join('\n')
  }
  const took = durationOf(run)
  const output = lastAttempt(run)?.output
  if (run.rests !== undefined) return describeRest(run, stream)
  const parts = [
    run.outcome === undefined ? undefined : describeOutcome(run.outcome),
    took === undefined ? undefined : `after ${duration(took)}`,
    output === undefined || output.bytes === 0
      ? undefined
      : `${byteSize(output.bytes - output.cut)} of output kept${output.cut === 0 ? '' : `, ${byteSize(output.cut)} cut`}`,
  ].filter((part) => part !== undefined)
  return wrapped(
    `${paintStanding(run, stream)}  ${paint('dim', `${parts.join(', ')}  run ${run.id}`, stream)}`,
  )
}

function describeRest({ id, status, rests }: Run, stream: NodeJS.WriteStream): string {
  const why = paint('dim', `${printable(rests ?? '')}  run ${id}`, stream)
  return `${wrapped(`${paintStatus(status, stream)}  ${why}`)}\n  → Let it go on with \`purser resume ${id}\`.`
}

function wrapped(line: string): string {
  return wrapTo(line, columnsOf(process.stderr), 2)
}
