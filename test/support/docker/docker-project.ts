import { purser, purserJson } from '../cli.ts'
import { makeProject, type Project } from '../project.ts'
import { dockerHost } from './docker.ts'

/** The part of a run's JSON that tests look at. */
export interface RunSeen {
  readonly run: string
  readonly status: string
  readonly exitCode?: number
  readonly exitCodeFrom?: string
  readonly outcome?: Readonly<Record<string, unknown>>
  readonly notices: readonly string[]
  readonly refusals: readonly { readonly code: string; readonly message: string; readonly remedy: string }[]
  readonly parity?: { readonly verdict: string; readonly own: readonly { readonly fact: string }[] }
}

export interface DockerProject extends Project {
  /** Types a command in the environment "test", and waits for its end. */
  run(...args: readonly string[]): ReturnType<typeof purser>
  /** Starts a run of this command that is left to itself, and resolves once it is at work to its id and container. */
  start(...argv: readonly string[]): Promise<{ readonly id: string; readonly container: string }>
  /** The latest run. */
  last(): Promise<RunSeen>
}

/** A project whose environment "test" has one service, these containers of the tests' engine. */
export function dockerProject(
  options: Readonly<Record<string, unknown>>,
  environment: Readonly<Record<string, unknown>> = {},
): DockerProject {
  const project = makeProject()
  const executor = JSON.stringify({ host: dockerHost(), ...options })
  project.write(
    'purser.config.ts',
    `import { defineConfig } from 'purser'
import { docker } from 'purser/presets'
export default defineConfig({
  environments: { test: { services: { web: { executor: docker(${executor}) } }, ...${JSON.stringify(environment)} } },
})
`,
  )
  return {
    ...project,
    run: (...args) => purser(project.folder, ['run', '-e', 'test', ...args]),
    async start(...argv) {
      const args = ['run', '-e', 'test', '--detach', '--json', '--', ...argv]
      const { stdout, stderr } = await purser(project.folder, args)
      const seen: RunSeen | undefined = stdout === '' ? undefined : JSON.parse(stdout)
      if (seen?.status !== 'running') throw new Error(`It is not at work: ${stdout}${stderr}`)
      return { id: seen.run, container: `purser-${seen.run}.1` }
    },
    last: () => purserJson<RunSeen>(project.folder, ['show', 'last']),
    [Symbol.asyncDispose]: () => project[Symbol.asyncDispose](),
  }
}
