import type { Wiring } from '../environment/wiring.ts'
import type { DockerOptions } from '../executors/docker/options.ts'
import type { Executor } from '../executors/executor.ts'

/** The app is one or more containers of a Docker Engine, found by compose service, by label or by name. */
export function docker(options: DockerOptions): Wiring<Executor> {
  return {
    kind: 'docker',
    describe: `docker (${Object.entries(options)
      .map(([key, value]) => `${key}: ${value}`)
      .join(', ')})`,
    problems: problemsOf(options),
    open: async (place) => {
      const { DockerExecutor } = await import('../executors/docker/docker-executor.ts')
      return DockerExecutor.open(options, place)
    },
  }
}

type Problem = Wiring<Executor>['problems'][number]

const selectors = ['service', 'label', 'name'] as const

const checks: Readonly<Record<string, (value: unknown) => string | undefined>> = {
  service: text,
  project: text,
  name: text,
  host: text,
  context: text,
  helper: text,
  label: (value) => (Array.isArray(value) && value.length > 0 ? value.map(text).find(Boolean) : text(value)),
  entrypoint: (value) =>
    value === 'run' || value === 'skip'
      ? undefined
      : `is ${JSON.stringify(value)}: expected 'run' or 'skip'.`,
  readOnly: (value) =>
    Array.isArray(value) && value.every((path) => typeof path === 'string' && path.startsWith('/'))
      ? undefined
      : `is ${JSON.stringify(value)}: expected whole paths in the container, such as ['/data'].`,
}

function problemsOf(options: object): readonly Problem[] {
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  const known = Object.keys(checks)
  return [
    ...given.flatMap(([path, value]): Problem[] => {
      const check = checks[path]
      const message =
        check === undefined ? `is not known here. Known keys: ${known.join(', ')}.` : check(value)
      return message === undefined ? [] : [{ path, message }]
    }),
    ...selectionProblems(given.map(([key]) => key)),
  ]
}

function selectionProblems(given: readonly string[]): Problem[] {
  const ways = selectors.filter((selector) => given.includes(selector))
  if (ways.length !== 1) {
    return [{ path: selectors.join('|'), message: `is needed exactly once, and given ${ways.length} times.` }]
  }
  if (given.includes('project') && !given.includes('service')) {
    return [{ path: 'project', message: 'goes with `service` only.' }]
  }
  if (given.includes('host') && given.includes('context')) {
    return [{ path: 'host', message: 'and `context` name two engines: state one of them.' }]
  }
  return []
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== ''
    ? undefined
    : `is ${JSON.stringify(value)}: expected a string.`
}
