import { count } from '../../core/text.ts'
import { variableOf } from '../facts/lookup.ts'
import { blocks } from './blocking.ts'
import type { Difference, Finding, ParityReport } from './report.ts'

const shown = 3

/** One line for people: `memory limit (memory-limit:cgroup: 512 MiB in the app, none in the run). The task …`. */
export function describeFinding({ title, harm, items, declared }: Finding): string {
  const more = items.length > shown ? ` and ${items.length - shown} more` : ''
  const line = `${title} (${items.slice(0, shown).map(describeItem).join('; ')}${more}). ${harm}`
  return declared === undefined ? line : `${line} Declared: ${declared}`
}

function describeItem({ fact, app, twin }: Difference): string {
  return variableOf(fact) ?? `${fact}: ${shorten(app)} in the app, ${shorten(twin)} in the run`
}

function shorten(value: string): string {
  return value.length > 80 ? `${value.slice(0, 79)}…` : value
}

/** `same as the app in 214 facts`, `3 differences, 1 of which blocks: memory limit`. */
export function summarise({ findings, unobserved, compared }: ParityReport): string {
  const found =
    findings.length === 0 ? `same as the app in ${count(compared, 'fact')}` : differences(findings)
  return unobserved.length === 0 ? found : `${found}; ${count(unobserved.length, 'fact')} could not be seen`
}

function differences(findings: readonly Finding[]): string {
  const blocking = findings.filter(blocks)
  if (blocking.length === 0) return count(findings.length, 'difference')
  const which = blocking.length === 1 ? '1 of which blocks' : `${blocking.length} of which block`
  return `${count(findings.length, 'difference')}, ${which}: ${blocking.map(({ title }) => title).join(', ')}`
}
