import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { PurserError } from '../core/errors.ts'
import type { Release } from '../environment/release.ts'
import type { BrokenTask, Manifest, ManifestAnswer } from '../tasks/manifest.ts'
import type { TaskEntry } from '../tasks/task.ts'
import { askRelease } from './ask-release.ts'
import type { Context, Target } from './context.ts'

const formatVersion = 1

/** The tasks of a release, asked of the release itself once for each digest. */
export async function readManifest(
  context: Context,
  target: Pick<Target, 'executor' | 'settings'>,
  release: Release,
): Promise<Manifest> {
  const folders = context.config.configuration.tasks ?? ['tasks']
  const key = createHash('sha256')
    .update(JSON.stringify([formatVersion, release.digest, folders]))
    .digest('hex')
  const file = path.join(context.config.state, 'cache', `manifest-${key.slice(0, 32)}.json`)
  const cached = readCache(file)
  if (cached !== undefined) return cached
  const manifest = await askForManifest(target, release, folders, context.signal)
  // A broken file may be whole again without a change to the code, once its packages are installed.
  if (manifest.broken.length === 0) writeCache(file, manifest)
  return manifest
}

/** Asks again without a file that ended or hung the process that loaded it: that file is one broken task. */
async function askForManifest(
  target: Pick<Target, 'executor' | 'settings'>,
  release: Release,
  folders: readonly string[],
  signal: AbortSignal,
): Promise<Manifest> {
  const tasks: TaskEntry[] = []
  const broken: BrokenTask[] = []
  const done = new Set<string>()
  for (;;) {
    let loading: string | undefined
    try {
      const question = { ask: 'manifest', folders, without: [...done] } as const
      for await (const value of askRelease(target, release, question, signal)) {
        const answer = value as unknown as ManifestAnswer
        if ('loading' in answer) loading = answer.loading
        else {
          if ('task' in answer) tasks.push(answer.task)
          else broken.push(answer.broken)
          if (loading !== undefined) done.add(loading)
          loading = undefined
        }
      }
      return withoutNamesakes(tasks, broken)
    } catch (error) {
      if (!(error instanceof PurserError) || error.code !== 'RELEASE_SIDE_FAILED' || loading === undefined)
        throw error
      broken.push({ file: loading, why: `It ended the process that loaded it. ${error.message}` })
      done.add(loading)
    }
  }
}

/** Two tasks of one name are both broken: which one was meant can't be known. */
function withoutNamesakes(tasks: readonly TaskEntry[], broken: readonly BrokenTask[]): Manifest {
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

function readCache(file: string): Manifest | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined // none yet, or torn: the release is asked
  }
}

function writeCache(file: string, manifest: Manifest): void {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
  writeFileSync(`${file}.${process.pid}`, JSON.stringify(manifest))
  renameSync(`${file}.${process.pid}`, file)
}
