import type { ParityReport } from '../../../../src/environment/parity/report.ts'
import { type Finished, purser } from '../../../support/cli.ts'
import type { Project } from '../../../support/project.ts'

/** What `purser parity --json` prints. */
export interface ParityTyped extends ParityReport {
  readonly refusals: readonly { readonly code: string; readonly message: string }[]
}

/** Types a command against the app of a project. */
export function type(project: Project, verb: string, ...args: readonly string[]): Promise<Finished> {
  return purser(project.folder, [verb, '--environment', 'test', ...args])
}

/** Types `purser parity --json`. Rejects with what it printed where that is no report. */
export async function typeParity(project: Project): Promise<ParityTyped> {
  const { stdout, stderr } = await type(project, 'parity', '--json')
  try {
    return JSON.parse(stdout)
  } catch {
    throw new Error(`purser parity printed ${stdout}${stderr}`)
  }
}
