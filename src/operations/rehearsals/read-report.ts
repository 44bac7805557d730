import { readFile } from 'node:fs/promises'
import { failedWith } from '../../core/errors.ts'
import { fromJson } from '../../migrations/rehearsal/reports/json.ts'
import { asMarkdown, needlessAsMarkdown } from '../../migrations/rehearsal/reports/markdown.ts'
import type { EvidenceReport } from '../../migrations/rehearsal/reports/report.ts'
import { asLines, type ReportLine } from '../../migrations/rehearsal/reports/terminal.ts'
import type { RehearsalRecord } from '../../runs/rehearsal.ts'
import type { Run } from '../../runs/run.ts'
import type { Context } from '../context.ts'
import { evidenceFile } from './keep-evidence.ts'

type Where = Pick<Context, 'config'>

export type { ReportLine }

/** The report of a rehearsal for a pull request, or of its refusal, or that there was nothing to do. */
export async function reportAsMarkdown(context: Where, run: Run): Promise<string> {
  const { rehearsal = neverBegun(run), request, outcome, id } = run
  const { task, environment, release } = request
  const subject = { task, environment, run: id, release: release.digest }
  if (outcome?.end === 'needless') return needlessAsMarkdown(subject, outcome.why)
  return asMarkdown(subject, rehearsal, await readEvidence(context, run))
}

/** What is told of a rehearsal that a gate refused. */
function neverBegun({ refusals }: Run): RehearsalRecord {
  const gaps = refusals.map(({ message, remedy }) => `${message} ${remedy}`)
  const unknown = { database: '', content: '', startingSchema: '', identity: '' }
  return { verdict: 'not-rehearsed', ...unknown, findings: [], gaps, passes: [] }
}

/** The report of a rehearsal for a terminal; nothing of a run that has no verdict. */
export async function reportAsLines(context: Where, run: Run): Promise<readonly ReportLine[]> {
  return run.rehearsal === undefined ? [] : asLines(run.rehearsal, await readEvidence(context, run))
}

/** What was seen, where it is kept on this machine. */
async function readEvidence(context: Where, { id }: Run): Promise<EvidenceReport | undefined> {
  try {
    return fromJson(await readFile(evidenceFile(context, id), 'utf8'))
  } catch (error) {
    if (failedWith(error, 'ENOENT')) return undefined
    throw error
  }
}
