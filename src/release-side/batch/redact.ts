import { createRedactor } from '../../core/redaction/redactor.ts'
import { secretsOf } from '../../core/redaction/secrets.ts'

const variables = Object.entries(process.env).flatMap(([name, value]) =>
  value === undefined ? [] : [[name, value] as const],
)
const redactor = createRedactor(secretsOf(new Map(variables), []))

/** A text without the secrets of this twin's variables. */
export function redact(text: string): string {
  return redactor.text(text)
}
