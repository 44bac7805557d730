import { createWriteStream } from 'node:fs'
import { json } from 'node:stream/consumers'
import { reasonOf } from '../core/errors.ts'
import type { Question } from '../executors/executor.ts'
import { listTaskFiles, loadTask } from '../tasks/discovery.ts'
import { describeTask, type ManifestAnswer } from '../tasks/manifest.ts'
import { type Validated, validate } from '../tasks/parameters/validate.ts'
import { paramsOf } from '../tasks/task.ts'
import { readMigrationSet } from './migration-set.ts'

const answersFd = 3

/** Reads one question from stdin and answers it on file descriptor 3, one JSON value a line. */
export async function answer(): Promise<void> {
  const question = (await json(process.stdin)) as Question
  const answers = createWriteStream('', { fd: answersFd })
  const say = (value: unknown) =>
    new Promise<void>((resolve) => answers.write(`${JSON.stringify(value)}\n`, () => resolve()))
  if (question.ask === 'manifest') await answerManifest(question, say)
  else if (question.ask === 'migrations') await say(await readMigrationSet(process.cwd(), question.file))
  else await answerCheck(question, say)
  // What the files opened while they loaded (a pool, a timer) must not keep this process.
  process.exit(0)
}

type Asked<Ask extends Question['ask']> = Extract<Question, { ask: Ask }>

async function answerCheck(
  { file, parameters }: Asked<'check-parameters'>,
  say: (answer: Validated) => Promise<void>,
): Promise<void> {
  const task = await loadTask(process.cwd(), file)
  await say(await validate(paramsOf(task), parameters))
}

async function answerManifest(
  { folders, without }: Asked<'manifest'>,
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
