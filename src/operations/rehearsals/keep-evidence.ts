import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Context } from '../context.ts'

/** Where the evidence of a rehearsal is kept, as JSON. */
export function evidenceFile({ config }: Pick<Context, 'config'>, run: string): string {
  return path.join(config.state, 'rehearsals', `${run}.json`)
}

/** Keeps what a rehearsal has seen. Returns its SHA-256, in hex. */
export async function keepEvidence(
  context: Pick<Context, 'config'>,
  run: string,
  evidence: object,
): Promise<string> {
  const file = evidenceFile(context, run)
  const json = `${JSON.stringify(evidence)}\n`
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
  await writeFile(file, json, { mode: 0o600 })
  return createHash('sha256').update(json).digest('hex')
}
