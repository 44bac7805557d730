import { PurserError } from '../../core/errors.ts'
import type { Json } from '../../core/json.ts'
import type { Release } from '../../environment/release.ts'
import type { BrokenTask, Manifest, ManifestAnswer } from '../../tasks/manifest.ts'
import type { TaskEntry } from '../../tasks/task.ts'
import type { Context } from '../context.ts'
import { askRelease, type Inquiry } from './ask-release.ts'
import { cacheManifest, manifestFile, readCachedManifest } from './manifest-cache.ts'

/** Where a release has its tasks. */
export function taskFolders({ config }: Pick<Context, 'config'>): readonly string[] {
  return config.configuration.tasks ?? ['tasks']
}

/** The tasks of a release, asked of the release itself once for each digest. Throws `RELEASE_SIDE_FAILED`. */
export async function readManifest(
  context: Context,
  target: Inquiry['target'],
  release: Release,
): Promise<Manifest> {
  const folders = taskFolders(context)
  const file = manifestFile(context.config, release, folders)
  const cached = release.isMutable ? undefined : readCachedManifest(file)
  if (cached !== undefined) return cached
  const manifest = await askForManifest({ target, release, signal: context.signal, secrets: [] }, folders)
  // A broken file may be whole again without a change to the code, once its packages are installed.
  if (manifest.broken.length === 0) cacheManifest(file, manifest)
  return manifest
}

/** What was told so far. */
interface Found {
  readonly tasks: TaskEntry[]
  readonly broken: BrokenTask[]
}

/** Asks again without a file that ended or hung the process that loaded it: that file is one broken task. */
async function askForManifest(inquiry: Inquiry, folders: readonly string[]): Promise<Manifest> {
  const found: Found = { tasks: [], broken: [] }
  for (;;) {
    const without = [...found.tasks, ...found.broken].map(({ file }) => file)
    const fatal = await listen(askRelease(inquiry, { ask: 'manifest', folders, without }), found)
    if (fatal === undefined) return withoutNamesakes(found)
    found.broken.push(fatal)
  }
}

/** Takes down what is told. Returns the file that ended the process which tells, if one did. */
async function listen(answers: AsyncIterable<Json>, found: Found): Promise<BrokenTask | undefined> {
  let loading: string | undefined
  try {
    for await (const value of answers) {
      const answer = value as unknown as ManifestAnswer
      if ('task' in answer) found.tasks.push(answer.task)
      if ('broken' in answer) found.broken.push(answer.broken)
      loading = 'loading' in answer ? answer.loading : undefined
    }
    return undefined
  } catch (error) {
    const isFatal = error instanceof PurserError && error.code === 'RELEASE_SIDE_FAILED'
    if (!isFatal || loading === undefined) throw error
    return { file: loading, why: `It ended the process that loaded it. ${error.message}` }
  }
}

/** Two tasks of one name are both broken: which one was meant can't be known. */
function withoutNamesakes({ tasks, broken }: Found): Manifest {
  const files = Map.groupBy(tasks, ({ name }) => name)
  const isAlone = ({ name }: TaskEntry) => files.get(name)?.length === 1
  const namesakes = tasks
    .filter((task) => !isAlone(task))
    .map(({ name, file }) => {
      const others = (files.get(name) ?? []).map((other) => other.file).filter((other) => other !== file)
      return { file, why: `It is named "${name}", and so is the task in ${others.join(', ')}.` }
    })
  const byName = (a: TaskEntry, b: TaskEntry) => a.name.localeCompare(b.name)
  return { tasks: tasks.filter(isAlone).sort(byName), broken: [...broken, ...namesakes] }
}
