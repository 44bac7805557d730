import { existsSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { failedWith, PurserError, reasonOf } from '../core/errors.ts'
import { count } from '../core/text.ts'
import type { Place } from '../environment/wiring.ts'
import type { Configuration } from './configuration.ts'
import { type ConfigProblem, configProblems } from './validate-config.ts'

/** A configuration, and where it was found. */
export interface LoadedConfig extends Place {
  /** The configuration's file. */
  readonly file: string
  readonly configuration: Configuration
}

const configFiles = [
  'purser.config.ts',
  'purser.config.mts',
  'purser.config.js',
  'purser.config.mjs',
] as const

/** Loads the nearest configuration, here or in a folder above. Throws `CONFIG_MISSING`, `CONFIG_UNREADABLE`, `CONFIG_INVALID`. */
export async function loadConfig(from: string): Promise<LoadedConfig> {
  const { config, problems } = await readConfig(from)
  if (problems.length > 0) throw invalid(config.file, problems)
  return config
}

/** The same, with its problems listed rather than thrown. */
export async function readConfig(
  from: string,
): Promise<{ readonly config: LoadedConfig; readonly problems: readonly ConfigProblem[] }> {
  const file = findConfig(from)
  if (file === undefined) throw missing(from)
  const value = await importConfig(file)
  const root = path.dirname(file)
  const config = { file, root, state: path.join(root, '.purser'), configuration: value as Configuration }
  return { config, problems: configProblems(value) }
}

/** The nearest configuration's file, here or in a folder above. */
export function findConfig(from: string): string | undefined {
  for (let folder = path.resolve(from); ; folder = path.dirname(folder)) {
    const found = configFiles.map((name) => path.join(folder, name)).find((file) => existsSync(file))
    if (found !== undefined || folder === path.dirname(folder)) return found
  }
}

async function importConfig(file: string): Promise<unknown> {
  let module: Record<string, unknown>
  try {
    module = await import(pathToFileURL(file).href)
  } catch (error) {
    throw new PurserError('CONFIG_UNREADABLE', {
      message: `The configuration ${file} can't be loaded: ${reasonOf(error)}`,
      remedy: failedWith(error, 'ERR_MODULE_NOT_FOUND')
        ? "Install what it imports with the app's own packages: `purser` itself by `npm install purser`."
        : 'Correct it; `node --check` on the file, or your editor, shows the place.',
      cause: error,
    })
  }
  return module.default
}

function missing(from: string): PurserError {
  return new PurserError('CONFIG_MISSING', {
    message: `There is no purser.config.ts in ${path.resolve(from)} or in any folder above it.`,
    remedy: 'Write one with `purser init`, or go to the folder of the app.',
  })
}

function invalid(file: string, problems: readonly ConfigProblem[]): PurserError {
  const lines = problems.map(({ path: key, message }) => `  ${key || '(the default export)'} ${message}`)
  return new PurserError('CONFIG_INVALID', {
    message: `The configuration ${file} has ${count(problems.length, 'problem')}:\n${lines.join('\n')}`,
    remedy: '`purser check` shows them all again, and connects to what can be connected to.',
  })
}
