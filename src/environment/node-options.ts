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

/** The options of an app's own node that its tasks share, from the words that it was started with. */
export function nodeOptions(argv: readonly string[]): string[] {
  const args = argv.slice(1)
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
