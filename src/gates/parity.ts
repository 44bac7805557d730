import type { Refusal } from '../core/errors.ts'
import { describeFinding } from '../environment/parity/describe.ts'
import { describeGroup, groupUnobserved } from '../environment/parity/group-unobserved.ts'
import type { ParityReport } from '../environment/parity/report.ts'

/** Why a twin that compares so with the app may not begin its task; empty when it may. */
export function parityRefusals(
  report: ParityReport,
  unobserved: 'block' | 'warn' = 'block',
): readonly Refusal[] {
  return [...differing(report), ...(unobserved === 'block' ? unseen(report) : [])]
}

function differing({ findings }: ParityReport): Refusal[] {
  const blocking = findings.filter(({ severity, declared }) => severity === 'block' && declared === undefined)
  return blocking.map((finding) => ({
    code: 'PARITY_DIFFERS',
    message: `The run would not be where the app is: ${describeFinding(finding)}`,
    remedy: `Make them the same; where the difference is meant, say why: \`--differs ${finding.kind}="…"\`.`,
  }))
}

function unseen({ unobserved }: ParityReport): Refusal[] {
  const blocking = unobserved.filter(
    ({ severity, declared }) => severity !== 'info' && declared === undefined,
  )
  if (blocking.length === 0) return []
  const groups = groupUnobserved(blocking)
  const declarations = [...new Set(groups.flatMap(({ kinds }) => kinds))].map(
    (kind) => `--differs ${kind}="…"`,
  )
  return [
    {
      code: 'PARITY_UNOBSERVED',
      message: `What could not be seen is never taken for equal:\n${groups.map((group) => `  ${describeGroup(group)}`).join('\n')}`,
      remedy: `Make it visible; or say why it need not be: \`${declarations.join(' ')}\`, or \`parity: { unobserved: 'warn' }\` for the environment.`,
    },
  ]
}
