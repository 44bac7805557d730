import { existsSync } from 'node:fs'
import path from 'node:path'
import type { ServingProcess } from '../proc/serving-process.ts'
import { withoutDebugger } from './twin-variables.ts'

/** Options of node that take their value from the next word (node --help). */
const withValue = new Set([
  '-r',
  '--require',
  '--import',
  '--loader',
  '--experimental-loader',
  '-C',
  '--conditions',
  '--env-file',
])

/** Options that a task can't share with the app: a debugger's port, watching, another program. */
const notShared =
  /^--(?:watch|test|inspect|debug|cpu-prof|heap-prof|prof\b|run\b|eval|print|check|interactive)/

/**
 * The node that a task of this app runs on, with the app's own options (`--import tsx`, `--env-file=.env`). An app in
 * another language has none; its tasks in TypeScript run on ours.
 */
export function nodeOf(app: ServingProcess): readonly [program: string, ...options: string[]] {
  if (path.basename(app.executable) !== 'node' || !existsSync(app.executable)) return [process.execPath]
  return [app.executable, ...nodeOptions(app)]
}

/** The options of the app's own node that its tasks share. */
export function nodeOptions(app: ServingProcess): string[] {
  const args = app.argv.slice(1)
  const options: string[] = []
  for (let i = 0; i < args.length; i += 1) {
    const option = args[i] ?? ''
    if (!option.startsWith('-') || option === '-' || option === '--') break
    const own = withValue.has(option) ? [option, args[++i] ?? ''] : [option]
    if (!notShared.test(option) && withoutDebugger(option) !== '' && !/^-[epic]$/.test(option))
      options.push(...own)
  }
  return options
}
