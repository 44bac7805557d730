import { readFile } from 'node:fs/promises'
import { Bug, failedWith } from '../../core/errors.ts'
import { fromJson } from '../../migrations/rehearsal/reports/json.ts'
import { asMarkdown } from '../../migrations/rehearsal/reports/markdown.ts'
import type { EvidenceReport } from '../../migrations/rehearsal/reports/report.ts'
import { asLines, type ReportLine } from '../../migrations/rehearsal/reports/terminal.ts'
import type { Run } from '../../runs/run.ts'
import type { Context } from '../context.ts'
import { evidenceFile } from './keep-evidence.ts'

type Where = Pick<Context, 'config'>

export type { ReportLine }

/** The report of a rehearsal for a pull request. Of a run that has no verdict there is none. */
export async function reportAsMarkdown(context: Where, run: Run): Promise<string> {
  const { rehearsal, request, id } = run
  if (rehearsal === undefined) throw new Bug(`Run ${id} has no verdict.`)
  const { task, environment, release } = request
  const subject = { task, environment, run: id, release: release.digest }
  return asMarkdown(subject, rehearsal, await readEvidence(context, run))
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
