import { buildCommand } from '@stricli/core'
import { byteSize, duration } from '../../core/text.ts'
import type { Look } from '../../executors/executor.ts'
import { type ReportLine, reportAsLines } from '../../operations/rehearsals/read-report.ts'
import { viewRun } from '../../operations/runs/view-run.ts'
import { showRun } from '../../operations/show-run.ts'
import type { Resumption, RunEvent } from '../../runs/events.ts'
import { describeOutcome } from '../../runs/outcomes.ts'
import { isMove, lastAttempt, type RecordedEvent, type Run, statusAfter } from '../../runs/run.ts'
import { jsonFlag, runArgument } from '../flags.ts'
import { loadContext, type Session } from '../session.ts'
import { describeParity } from '../terminal/describe-parity.ts'
import { describeRehearsal } from '../terminal/describe-rehearsal.ts'
import { printable, printableLines } from '../terminal/printable.ts'
import { describeProgress } from '../terminal/progress-line.ts'
import { paint, paintStanding, paintStatus } from '../terminal/style.ts'
import { table } from '../terminal/table.ts'
import { columnsOf, wrapTo } from '../terminal/width.ts'

interface Flags {
  readonly json: boolean
}

export const command = buildCommand<Flags, [run: string], Session>({
  parameters: { flags: { json: jsonFlag }, positional: runArgument },
  docs: {
    brief: 'Show all that is known of a run',
    fullDescription: `Show all that is known of a run: who, why, which release, what happened when.

  purser show last
  purser show k3m9q --json`,
  },
  async func({ json }, typed) {
    const context = await loadContext(this, { readingWillDo: true })
    const { run, look, history, outputIntact } = await showRun(context, typed)
    if (json) console.log(JSON.stringify({ ...viewRun(run, look), outputIntact, events: history }))
    else
      console.log(
        [
          heading(run),
          facts(run, look, outputIntact),
          ...parityOf(run),
          ...rehearsalOf(await reportAsLines(context, run)),
          '',
          timeline(run, history),
          ...refusals(run),
        ].join('\n'),
      )
  },
})

function heading(run: Run): string {
  return `${paint('bold', printable(run.request.task))}  ${paintStanding(run)}  run ${paint('cyan', run.id)}`
}

function facts(run: Run, look: Look, outputIntact: boolean | undefined): string {
  const { request } = run
  const { actor, release } = request
  const parameters = Object.entries(request.parameters).map(
    ([name, value]) => `${name}=${JSON.stringify(value)}`,
  )
  const output = lastAttempt(run)?.output
  const cut =
    output !== undefined && output.cut > 0 ? `, of which ${byteSize(output.cut)} were cut by the quota` : ''
  const rows: [string, string | undefined][] = [
    ['kind', request.isRehearsal ? `rehearsal of a ${request.kind}` : request.kind],
    ['glass', request.breakGlass === undefined ? undefined : `broken: ${printable(request.breakGlass)}`],
    ['where', `${request.environment}/${request.service}`],
    ['parameters', parameters.length === 0 ? undefined : printable(parameters.join(' '))],
    ['who', `${printable(actor.name)} (${actor.kind}, by ${actor.source}; ${printable(actor.os)})`],
    ['why', request.reason === undefined ? undefined : printable(request.reason)],
    ['release', release.digest],
    ...release.instances.map((instance): [string, string] => ['', printable(describeInstance(instance))]),
    ...request.notices.map((notice): [string, string] => ['notice', printable(notice)]),
    ['rests', run.rests === undefined ? undefined : printable(run.rests)],
    ['progress', progressOf(run, look)],
    ['containment', lastAttempt(run)?.containment],
    [
      'output',
      output === undefined ? undefined : `${byteSize(output.bytes)}${cut}, ${integrity(outputIntact)}`,
    ],
  ]
  return table(
    rows.flatMap(([name, value]) => (value === undefined ? [] : [[`  ${paint('dim', name)}`, value]])),
    { wraps: true },
  )
}

function describeInstance({ id, facts: seen }: Run['request']['release']['instances'][number]): string {
  const commit = seen['code.commit'] ?? ''
  const at = /^[0-9a-f]{12,}$/.test(commit) ? `, commit ${commit.slice(0, 12)}` : ''
  return `${id}: ${seen['process.program'] ?? ''} in ${seen['process.directory'] ?? ''}${at}`
}

function progressOf({ endedAt, rests }: Run, { progress, started }: Look): string | undefined {
  if (progress === undefined) return undefined
  return endedAt === undefined && rests === undefined && started !== undefined
    ? describeProgress(progress, { done: 0, at: started.at })
    : describeProgress(progress)
}

function integrity(intact: boolean | undefined): string {
  if (intact === undefined) return 'not here'
  return intact ? 'as it was recorded' : paint('red', 'changed since it was recorded')
}

function timeline(run: Run, history: readonly RecordedEvent[]): string {
  const rows = history.map(({ at, event }) => [
    `  ${paint('dim', new Date(at).toISOString().replace('T', ' '))}`,
    at === run.requestedAt ? '' : `+${duration(at - run.requestedAt)}`,
    isMove(event) ? paintStatus(statusAfter(event)) : event.kind,
    printable(remark(event)),
  ])
  return table(rows, { whole: 3, wraps: true })
}

function remark(event: RunEvent): string {
  switch (event.kind) {
    case 'requested':
      return `asked for by ${event.request.actor.name}`
    case 'refused':
      return event.refusals.map(({ code }) => code).join(', ')
    case 'starting':
      return `attempt ${event.attempt.id} on ${event.attempt.host}${resumed(event.resumed)}`
    case 'running':
      return `process ${event.pid}, ${event.containment} containment`
    case 'paused':
      return event.why
    case 'pausing':
    case 'cancelling':
      return `${event.reason === undefined ? '' : `${event.reason}: `}asked for by ${event.actor.name}`
    case 'ended':
      return describeOutcome(event.outcome)
    case 'rehearsed':
      return `verdict: ${event.rehearsal.verdict.replace('-', ' ')}`
    case 'applied':
      return event.applied.surprises.length === 0
        ? `did what was rehearsed${event.applied.rehearsal === undefined ? '' : ` in run ${event.applied.rehearsal}`}`
        : event.applied.surprises.join(' ')
  }
}

function resumed(resumption: Resumption | undefined): string {
  if (resumption === undefined) return ''
  const { actor, release } = resumption
  const elsewhere = release === undefined ? '' : ` in release ${release.digest.slice(0, 19)}: ${release.why}`
  return `, resumed by ${actor.name}${elsewhere}`
}

function parityOf({ parity }: Run): string[] {
  return parity === undefined ? [] : ['', describeParity(parity, process.stdout)]
}

function rehearsalOf(lines: readonly ReportLine[]): string[] {
  return lines.length === 0 ? [] : ['', describeRehearsal(lines, process.stdout)]
}

function refusals({ refusals }: Run): string[] {
  const columns = columnsOf(process.stdout)
  return refusals.flatMap(({ code, message, remedy }) => [
    '',
    wrapTo(`${paint('red', code)} ${printableLines(message)}`, columns, 2),
    wrapTo(`  → ${remedy}`, columns, 4),
  ])
}
