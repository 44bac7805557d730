import type { Severity } from '../facts/kind.ts'

/** How a twin differs from the app. Plain JSON; holds no value of a variable and no digest of one. */
export interface ParityReport {
  /** `differs`: only in what warns, informs or was declared. */
  readonly verdict: 'same' | 'differs' | 'blocked'
  /** How many facts were compared. */
  readonly compared: number
  /** One a kind, and one more for what was declared of it; what blocks comes first. */
  readonly findings: readonly Finding[]
  readonly unobserved: readonly Unobserved[]
  /** Ids of facts that differ between the serving instances themselves, and in which the twin is as one of these. */
  readonly varying: readonly string[]
  /** Differences that Purser made itself. */
  readonly own: readonly OwnDifference[]
  /** Facts that are kept and not compared: they differ between any two containers, or on purpose. */
  readonly recorded: readonly Difference[]
}

/** A kind of fact in which the twin differs. */
export interface Finding {
  /** The kind's id. */
  readonly kind: string
  readonly number: number
  readonly severity: Severity
  readonly title: string
  readonly harm: string
  readonly items: readonly Difference[]
  /** Why somebody meant it to differ: such a finding does not block. */
  readonly declared?: string
}

/** What the app has and what the twin has, in words where the value is not to be seen. */
export interface Difference {
  readonly fact: string
  readonly app: string
  readonly twin: string
}

/** A fact that one side has not seen, so that it is not equal to anything. */
export interface Unobserved {
  readonly kind: string
  readonly number: number
  readonly severity: Severity
  readonly side: 'app' | 'twin'
  readonly fact: string
  readonly why: string
  readonly declared?: string
}

export interface OwnDifference {
  readonly fact: string
  readonly why: string
}
