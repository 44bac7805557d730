import type { ParityReport } from '../../../../src/environment/parity/report.ts'
import { type Finished, purser } from '../../../support/cli.ts'
import { dockerHost } from '../../../support/docker/docker.ts'
import { images } from '../../../support/docker/image-names.ts'
import { makeProject, type Project } from '../../../support/project.ts'

/** What `purser parity --json` prints. */
export interface ParityTyped extends ParityReport {
  readonly refusals: readonly { readonly code: string; readonly message: string }[]
}

/** Options of `docker({ … })` beside the engine, as source text: `name: 'shop-web'`. */
interface Wired {
  readonly docker: string
  /** More of the environment, such as `parity: { … }`. */
  readonly environment?: string
}

/** A folder whose environment `shop` is the containers that are meant by these options. */
export function dockerProject({ docker, environment = '' }: Wired): Project {
  const project = makeProject()
  project.write(
    'purser.config.ts',
    `import { defineConfig } from 'purser'
import { docker } from 'purser/presets'
const engine = { host: ${JSON.stringify(dockerHost())}, helper: ${JSON.stringify(images.helper)} }
export default defineConfig({ environments: { shop: {
  services: { web: { executor: docker({ ...engine, ${docker} }) } },
  ${environment}
} } })
`,
  )
  return project
}

/** Types a command against the environment `shop`. */
export function type(project: Project, verb: string, ...args: readonly string[]): Promise<Finished> {
  return purser(project.folder, [verb, '--environment', 'shop', ...args])
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
