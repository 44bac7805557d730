import type { TypedFlagParameter } from '@stricli/core'
import { PurserError } from '../core/errors.ts'
import { proposeEnvironments, proposeRuns } from './proposals.ts'

/** Flags that several commands share. */
export const environmentFlag = {
  kind: 'parsed',
  parse: String,
  brief: 'The environment, by its name in purser.config.ts',
  placeholder: 'ENV',
  optional: true,
  proposeCompletions: proposeEnvironments,
} as const satisfies TypedFlagParameter<string | undefined>

export const serviceFlag = {
  kind: 'parsed',
  parse: String,
  brief: 'The service, where the environment has several',
  placeholder: 'SERVICE',
  optional: true,
} as const satisfies TypedFlagParameter<string | undefined>

export const jsonFlag = {
  kind: 'boolean',
  brief: 'Print JSON for programs',
  default: false,
  withNegated: false,
} as const satisfies TypedFlagParameter<boolean>

export const reasonFlag = {
  kind: 'parsed',
  parse: String,
  brief: 'Why, for the record',
  placeholder: 'TEXT',
  optional: true,
} as const satisfies TypedFlagParameter<string | undefined>

export const differsFlag = {
  kind: 'parsed',
  parse: String,
  brief: 'What may differ from the app, and why',
  placeholder: 'KIND=REASON',
  variadic: true,
  optional: true,
} as const satisfies TypedFlagParameter<readonly string[] | undefined>

export const candidateFlag = {
  kind: 'parsed',
  parse: String,
  brief: 'The image that is about to be deployed, to be taken for the one that serves',
  placeholder: 'IMAGE',
  optional: true,
} as const satisfies TypedFlagParameter<string | undefined>

export const runArgument = {
  kind: 'tuple',
  parameters: [
    {
      brief: 'A run: its id, any unique beginning of it, or "last"',
      parse: String,
      placeholder: 'RUN',
      proposeCompletions: proposeRuns,
    },
  ],
} as const

/** A whole number from 1. */
export function parseWhole(typed: string): number {
  const number = Number(typed)
  if (/^\d+$/.test(typed) && number >= 1 && Number.isSafeInteger(number)) return number
  throw new PurserError('USAGE', {
    message: `"${typed}" is no whole number from 1.`,
    remedy: 'Write digits only, such as 4.',
  })
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }

/** `90s`, `5m`, `1h`, `500ms` in milliseconds. */
export function parseDuration(typed: string): number {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(typed) ?? []
  const ms = Number(amount) * (units[unit] ?? Number.NaN)
  // setTimeout takes 31 bits of milliseconds, almost 25 days
  if (ms >= 1 && ms < 2 ** 31) return Math.round(ms)
  throw new PurserError('USAGE', {
    message: `"${typed}" is no duration.`,
    remedy: 'Write a number and its unit, up to 596h: 500ms, 90s, 5m, 1h.',
  })
}
