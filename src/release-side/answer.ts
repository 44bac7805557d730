import { createWriteStream } from 'node:fs'
import { json } from 'node:stream/consumers'
import { reasonOf } from '../core/errors.ts'
import type { JsonObject } from '../core/json.ts'
import { listTaskFiles, loadTask } from '../tasks/discovery.ts'
import { describeTask, type ManifestAnswer } from '../tasks/manifest.ts'
import { validate } from '../tasks/parameters/problems.ts'
import { brand, type Task } from '../tasks/task.ts'

/** What the control side may ask. */
type Question =
  | { readonly ask: 'manifest'; readonly folders: readonly string[]; readonly without: readonly string[] }
  | { readonly ask: 'check-parameters'; readonly file: string; readonly parameters: JsonObject }

const answersFd = 3

/** Reads one question from stdin and answers it on file descriptor 3, one JSON value a line. */
export async function answer(): Promise<void> {
  const question = (await json(process.stdin)) as Question
  const answers = createWriteStream('', { fd: answersFd })
  const say = (value: unknown) =>
    new Promise<void>((resolve) => answers.write(`${JSON.stringify(value)}\n`, () => resolve()))
  if (question.ask === 'manifest') await answerManifest(question.folders, question.without, say)
  else await say(await validate(paramsOf(await loadTask(process.cwd(), question.file)), question.parameters))
  // What the files opened while they loaded (a pool, a timer) must not keep this process.
  process.exit(0)
}

async function answerManifest(
  folders: readonly string[],
  without: readonly string[],
  say: (answer: ManifestAnswer) => Promise<void>,
): Promise<void> {
  const root = process.cwd()
  for (const file of await listTaskFiles(root, folders)) {
    if (without.includes(file)) continue
    await say({ loading: file })
    await say(await describeFile(root, file))
  }
}

async function describeFile(root: string, file: string): Promise<ManifestAnswer> {
  try {
    return { task: describeTask(await loadTask(root, file), file) }
  } catch (error) {
    return { broken: { file, why: reasonOf(error) } }
  }
}

export function paramsOf(task: Task) {
  return task[brand] === 'migration' ? undefined : task.params
}
