import * as v from 'valibot'
import { suggest } from '../core/text.ts'
import { hazards } from '../migrations/rehearsal/finding.ts'
import { passNames } from '../runs/rehearsal.ts'
import type { Configuration } from './configuration.ts'

/** What is wrong at one place of a configuration. */
export interface ConfigProblem {
  /** `environments.production.services.web` */
  readonly path: string
  readonly message: string
}

const name = v.pipe(
  v.string(),
  v.regex(/^[a-z][a-z0-9-]*$/, 'a name has lower-case letters, digits and hyphens, and begins with a letter'),
)
const wiring = (what: string, example: string) =>
  v.custom<object>(
    (value) => typeof value === 'object' && value !== null && 'kind' in value && 'open' in value,
    `expected ${what}, such as ${example}`,
  )
const isFilled = (entries: object) => Object.keys(entries).length > 0

const milliseconds = v.pipe(v.number(), v.integer(), v.minValue(0))
const blocked = v.strictObject({ reads: v.optional(milliseconds), writes: v.optional(milliseconds) })
const rehearsal = v.strictObject({
  mode: v.optional(v.picklist(['measured', 'strict'])),
  maxBlockedMs: v.optional(blocked),
  tables: v.optional(v.record(v.string(), blocked)),
  maxAgeMs: v.optional(milliseconds),
  rowTolerance: v.optional(v.pipe(v.number(), v.minValue(0))),
  accepted: v.optional(
    v.array(
      v.strictObject({
        hazard: v.picklist(Object.keys(hazards)),
        table: v.optional(v.string()),
        reason: v.pipe(v.string(), v.nonEmpty()),
        until: v.pipe(v.string(), v.isoDate()),
      }),
    ),
  ),
  off: v.optional(v.array(v.picklist(passNames.filter((pass) => pass !== 'trace')))),
  apart: v.optional(v.picklist(['required', 'as-possible'])),
  gate: v.optional(v.picklist(['required', 'off'])),
})

const schema = v.strictObject({
  tasks: v.optional(v.array(v.string())),
  environments: v.pipe(
    v.record(
      name,
      v.strictObject({
        services: v.pipe(
          v.record(
            name,
            v.strictObject({ executor: wiring('an executor', "local({ pidFile: 'app.pid' })") }),
          ),
          v.check((services) => isFilled(services), 'expected at least one service'),
        ),
        databases: v.optional(
          v.record(name, wiring('a database', "postgres({ url: { variable: 'DATABASE_URL' } })")),
        ),
        queue: v.optional(
          v.custom<object>(
            (value) => typeof value === 'object' && value !== null && 'kind' in value && 'settings' in value,
            "expected a queue, such as rabbitmq({ url: { variable: 'AMQP_URL' } })",
          ),
        ),
        ledger: v.optional(wiring('a ledger', 'sqlite()')),
        policies: v.optional(v.strictObject({ reason: v.optional(v.picklist(['required', 'optional'])) })),
        parity: v.optional(
          v.strictObject({
            differs: v.optional(v.record(v.string(), v.string())),
            unobserved: v.optional(v.picklist(['block', 'warn'])),
          }),
        ),
        rehearsal: v.optional(rehearsal),
        secrets: v.optional(v.array(v.string())),
        outputQuota: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1_000_000))),
      }),
    ),
    v.check((environments) => isFilled(environments), 'expected at least one environment'),
  ),
})

/** All problems of a configuration, each with its key path; those that the wirings know of themselves included. */
export function configProblems(value: unknown): readonly ConfigProblem[] {
  const result = v.safeParse(schema, value)
  if (!result.success) return result.issues.map(describeIssue)
  return wiringProblems(value as Configuration)
}

function describeIssue(issue: v.GenericIssue): ConfigProblem {
  const path = v.getDotPath(issue) ?? ''
  if (issue.expected === 'never') return { path, message: unknownKey(issue) }
  const ours = ['custom', 'check', 'regex'].includes(issue.type)
  const expected = ours ? issue.message : `expected ${issue.expected}`
  if (issue.input === undefined) return { path, message: `is missing: ${expected}.` }
  return { path, message: `is ${issue.received}: ${expected}.` }
}

function unknownKey(issue: v.GenericIssue): string {
  const path = (issue.path ?? []).map(({ key }) => String(key))
  return `is not known here. ${suggest(path.at(-1) ?? '', knownKeys(path), 'keys')}`
}

// The levels of the schema: the configuration, an environment, a part of it, a service.
function knownKeys({ length, 2: part }: readonly string[]): string[] {
  if (length === 1) return Object.keys(schema.entries)
  if (length === 3)
    return [
      ...['services', 'databases', 'queue', 'ledger', 'policies'],
      ...['parity', 'rehearsal', 'secrets', 'outputQuota'],
    ]
  if (part === 'rehearsal') return Object.keys(rehearsal.entries)
  if (length === 4) return part === 'parity' ? ['differs', 'unobserved'] : ['reason']
  return ['executor']
}

function wiringProblems({ environments }: Configuration): ConfigProblem[] {
  return Object.entries(environments).flatMap(
    ([environment, { services, databases = {}, queue, ledger }]) => {
      const at = `environments.${environment}`
      const wirings = [
        ...Object.entries(services).map(
          ([key, { executor }]) => [`${at}.services.${key}.executor`, executor] as const,
        ),
        ...Object.entries(databases).map(([key, database]) => [`${at}.databases.${key}`, database] as const),
        ...(queue === undefined ? [] : [[`${at}.queue`, queue] as const]),
        ...(ledger === undefined ? [] : [[`${at}.ledger`, ledger] as const]),
      ]
      return wirings.flatMap(([path, { problems }]) =>
        problems.map((problem) => ({ path: `${path}.${problem.path}`, message: problem.message })),
      )
    },
  )
}
