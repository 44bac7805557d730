import type { Wiring } from '../environment/wiring.ts'
import type { Executor } from '../executors/executor.ts'
import type { FinderOptions } from '../executors/local/find/find-serving.ts'

const finders = ['pidFile', 'port', 'command'] as const

/** The app is a plain process on this machine (Linux), found by its pid file, its port or its command. */
export function local(options: FinderOptions): Wiring<Executor> {
  return {
    kind: 'local',
    describe: `local (${Object.entries(options)
      .map(([key, value]) => `${key}: ${value}`)
      .join(', ')})`,
    problems: problemsOf(options),
    open: async (place) => {
      const { LocalExecutor } = await import('../executors/local/local-executor.ts')
      return new LocalExecutor(options, place)
    },
  }
}

function problemsOf(options: object): Wiring<Executor>['problems'] {
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  const unknown = given.filter(([key]) => !finders.some((finder) => finder === key))
  if (unknown.length > 0) {
    return unknown.map(([path]) => ({
      path,
      message: `is not known here. Known keys: ${finders.join(', ')}.`,
    }))
  }
  if (given.length !== 1) {
    return [{ path: finders.join('|'), message: `is needed exactly once, and given ${given.length} times.` }]
  }
  return given.flatMap(([path, value]) => {
    if (path === 'port')
      return isPort(value) ? [] : [{ path, message: `is ${value}: expected a port from 1 to 65535.` }]
    return typeof value === 'string' && value !== ''
      ? []
      : [{ path, message: `is ${value}: expected a string.` }]
  })
}

function isPort(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 65_535
}
