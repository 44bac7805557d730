import type { Refusal } from '../core/errors.ts'
import { blocks, isDark } from '../environment/parity/blocking.ts'
import { describeFinding } from '../environment/parity/describe.ts'
import { describeGroup, groupUnobserved } from '../environment/parity/group-unobserved.ts'
import type { ParityReport } from '../environment/parity/report.ts'

/** Why a twin that compares so with the app may not begin its task; empty when it may. */
export function parityRefusals(
  report: ParityReport,
  unobserved: 'block' | 'warn' = 'block',
): readonly Refusal[] {
  const refusals = [...differing(report), ...(unobserved === 'block' ? unseen(report) : [])]
  return refusals.length === 0 && report.verdict === 'blocked' ? [unexplained] : refusals
}

/** A verdict stands, also where the report does not show what it is for. */
const unexplained: Refusal = {
  code: 'PARITY_DIFFERS',
  message:
    'The run would not be where the app is: the comparison was blocked, and its report does not say by what.',
  remedy: '`purser parity` compares again, and `--json` shows the whole report.',
}

function differing({ findings }: ParityReport): Refusal[] {
  return findings.filter(blocks).map((finding) => ({
    code: 'PARITY_DIFFERS',
    message: `The run would not be where the app is: ${describeFinding(finding)}`,
    remedy: `Make them the same; where the difference is meant, say why: \`--differs ${finding.kind}="…"\`.`,
  }))
}

function unseen({ unobserved }: ParityReport): Refusal[] {
  const blocking = unobserved.filter(isDark)
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
