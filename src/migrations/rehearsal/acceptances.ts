import type { Finding } from './finding.ts'
import type { Acceptance } from './policy.ts'

/** The finding, with the acceptance that covers it today. */
export function accepting(finding: Finding, accepted: readonly Acceptance[], now: Date): Finding {
  const acceptance = accepted.find((one) => covers(one, finding) && !isOver(one, now))
  if (acceptance === undefined) return finding
  const { reason, until } = acceptance
  return { ...finding, accepted: { reason, until } }
}

/** What of these findings is accepted, and what was and is no more, in sentences. */
export function acceptanceGaps(
  findings: readonly Finding[],
  accepted: readonly Acceptance[],
  now: Date,
): readonly string[] {
  const failing = findings.filter(({ weight }) => weight === 'fails')
  return accepted
    .filter((acceptance) => failing.some((finding) => covers(acceptance, finding)))
    .map((acceptance) => {
      const { hazard, table, reason, until } = acceptance
      const what = table === undefined ? hazard : `${hazard} on ${table}`
      return isOver(acceptance, now)
        ? `That ${what} is accepted ended on ${until}: it counts again.`
        : `${what} is accepted until ${until}: ${reason}`
    })
}

function covers({ hazard, table }: Acceptance, finding: Finding): boolean {
  return hazard === finding.hazard && (table === undefined || table === finding.table)
}

/** It holds to the end of its day, in UTC. What is no date has ended. */
function isOver({ until }: Acceptance, now: Date): boolean {
  const end = Date.parse(`${until}T23:59:59.999Z`)
  return !(now.getTime() <= end)
}
