import { buildCommand } from '@stricli/core'
import { exitCodes } from '../../core/errors.ts'
import { kinds } from '../../environment/facts/index.ts'
import { checkParity, type ParityChecked } from '../../operations/check-parity.ts'
import { readDeclarations } from '../declarations.ts'
import { candidateFlag, differsFlag, environmentFlag, jsonFlag, serviceFlag } from '../flags.ts'
import { loadContext, type Session } from '../session.ts'
import { describeParity } from '../terminal/describe-parity.ts'
import { shortened } from '../terminal/printable.ts'
import { describeRefusal } from '../terminal/report-error.ts'
import { paint } from '../terminal/style.ts'
import { table } from '../terminal/table.ts'

interface Flags {
  readonly environment?: string
  readonly service?: string
  readonly differs?: readonly string[]
  readonly candidate?: string
  readonly facts: boolean
  readonly kinds: boolean
  readonly json: boolean
}

export const command = buildCommand<Flags, [], Session>({
  parameters: {
    flags: {
      environment: environmentFlag,
      service: serviceFlag,
      differs: differsFlag,
      candidate: candidateFlag,
      facts: { kind: 'boolean', brief: 'List every fact that was seen', default: false, withNegated: false },
      kinds: { kind: 'boolean', brief: 'List all kinds of facts', default: false, withNegated: false },
      json: jsonFlag,
    },
    aliases: { e: 'environment' },
  },
  docs: {
    brief: 'Compare the app with a twin of it, without running anything',
    fullDescription: `Compare the app with a twin of it, fact by fact, without running anything.

It exits with 0 when a run would be where the app is, and with 81 when one would be refused.

  purser parity -e production
  purser parity -e production --facts
  purser parity -e production --candidate shop:42 --json
  purser parity --kinds`,
  },
  async func(flags) {
    if (flags.kinds) {
      listKinds(flags.json)
      return
    }
    const context = await loadContext(this, { readingWillDo: true })
    const { environment, service, candidate } = flags
    const differs = readDeclarations(flags.differs ?? [])
    const checked = await checkParity(context, { environment, service, candidate, differs })
    if (flags.json) console.log(JSON.stringify(asJson(checked, flags)))
    else console.log(describe(checked, flags))
    if (checked.refusals.length > 0) process.exitCode = exitCodes.refused
  },
})

const longestValue = 100

type Shown = Pick<Flags, 'facts'>

function asJson(checked: ParityChecked, shown: Shown): object {
  const { environment, service, release, report, facts, refusals } = checked
  const instances = release.instances.map(({ id }) => id)
  const all = shown.facts ? { facts } : {}
  return { environment, service, release: release.digest, instances, ...report, refusals, ...all }
}

function describe(checked: ParityChecked, shown: Shown): string {
  const { environment, service, release, report, facts, refusals } = checked
  const instances = release.instances.map(({ id }) => id).join(', ')
  return [
    `${paint('bold', `${environment}/${service}`)}  ${instances} ${release.instances.length === 1 ? 'serves' : 'serve'} ${release.digest.slice(0, 19)}`,
    describeParity(report, process.stdout),
    ...(report.varying.length === 0
      ? []
      : [
          `  ${paint('dim', `not compared, since they vary among the app's own: ${report.varying.join(', ')}`)}`,
        ]),
    ...report.own.map(({ fact, why }) => `  ${paint('dim', `ours: ${fact}: ${why}`)}`),
    ...(shown.facts ? ['', listOf(facts)] : []),
    ...(refusals.length === 0
      ? []
      : ['', ...refusals.map((refusal) => describeRefusal(refusal, process.stdout))]),
  ].join('\n')
}

function listOf(facts: ParityChecked['facts']): string {
  return table(
    facts.map(({ fact, app, twin, source }) => [
      `  ${fact}`,
      shortened(app === twin ? app : `${app} ≠ ${twin}`, longestValue),
      paint('dim', source),
    ]),
  )
}

function listKinds(json: boolean): void {
  const listed = kinds.map(({ number, id, severity, title, harm, seen }) => ({
    number,
    id,
    severity,
    title,
    harm,
    seen,
  }))
  const rows = listed.map(({ number, id, severity, seen, title }) => [
    String(number),
    id,
    severity,
    seen,
    title,
  ])
  console.log(json ? JSON.stringify(listed) : table(rows, { whole: 2 }))
}
