import type { Redactor } from '../../core/redaction/redactor.ts'
import type { ListedFact } from '../../environment/parity/list-facts.ts'
import type { Difference, ParityReport } from '../../environment/parity/report.ts'

/**
 * A report as it may be seen. Only what was seen, and what somebody wrote, is redacted: what a run is refused by (verdict,
 * kinds, severities) are Purser's own words, and stay as they are, whatever the app's secrets are.
 */
export function redactedReport(report: ParityReport, { text }: Redactor): ParityReport {
  const difference = (one: Difference) => redactedDifference(one, text)
  const reason = ({ declared }: { readonly declared?: string }) =>
    declared === undefined ? {} : { declared: text(declared) }
  return {
    ...report,
    findings: report.findings.map((one) => ({ ...one, items: one.items.map(difference), ...reason(one) })),
    unobserved: report.unobserved.map((one) => ({
      ...one,
      fact: text(one.fact),
      why: text(one.why),
      ...reason(one),
    })),
    varying: report.varying.map(text),
    own: report.own.map(({ fact, why }) => ({ fact: text(fact), why: text(why) })),
    recorded: report.recorded.map(difference),
  }
}

export function redactedFacts(facts: readonly ListedFact[], { text }: Redactor): readonly ListedFact[] {
  return facts.map((one) => ({ ...redactedDifference(one, text), source: text(one.source) }))
}

function redactedDifference({ fact, app, twin }: Difference, text: Redactor['text']): Difference {
  return { fact: text(fact), app: text(app), twin: text(twin) }
}
