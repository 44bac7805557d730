import { createInterface } from 'node:readline'
import { PassThrough } from 'node:stream'
import { json } from 'node:stream/consumers'
import { PurserError, reasonOf } from '../../../core/errors.ts'
import type { Question } from '../../executor.ts'
import { attachTo, createContainer, removeContainer, startContainer } from '../containers/container.ts'
import { demultiplex } from '../engine/demux.ts'
import type { Engine } from '../engine/engine.ts'
import { enginePath } from '../engine/path.ts'
import type { DockerOrder } from '../supervisor/order.ts'

const deadlineMs = 60_000
const keptComplaints = 4_000
// A thousand tasks with large schemas have less.
const mostBytes = 50_000_000
const noReleaseSide = 127

/** A twin that answers, and does no work. */
export interface AnsweringTwin
  extends Pick<DockerOrder, 'name' | 'body' | 'networks' | 'busybox' | 'script'> {
  /** The line that it prints when it is ready for the question; answers come after it. */
  readonly mark: string
}

/**
 * Asks the release side in a twin of the app. What its entrypoint and the task files print is no answer. Throws
 * `RELEASE_SIDE_FAILED`, and `RELEASE_SIDE_MISSING` where the image has none.
 */
export async function* askInTwin(
  engine: Engine,
  twin: AnsweringTwin,
  question: Question,
  signal: AbortSignal,
): AsyncIterable<unknown> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)])
  const id = await createContainer(engine, twin)
  const end = () => void removeContainer(engine, id).catch(() => {})
  limit.addEventListener('abort', end)
  try {
    const connection = await attachTo(engine, id)
    const exit = exitCodeOf(engine, id)
    exit.catch(() => {}) // removed while it was waited for: told below
    await startContainer(engine, id)
    connection.write(twin.script)
    const printed = new Printed()
    const taken = printed.take(demultiplex(connection), end)
    for await (const line of linesAfter(printed.answers, twin.mark, () =>
      connection.end(JSON.stringify(question)),
    ))
      yield parse(line, question)
    await taken.catch(() => {})
    signal.throwIfAborted()
    if (limit.aborted)
      throw failed(question, `it gave no answer in ${deadlineMs / 1_000} s`, printed.complaints)
    const code = await exit.catch((error: unknown) => reasonOf(error))
    if (code === noReleaseSide) throw missing(printed.complaints)
    if (code !== 0) throw failed(question, `it ended with exit code ${code}`, printed.complaints)
  } finally {
    limit.removeEventListener('abort', end)
    await removeContainer(engine, id)
  }
}

async function exitCodeOf(engine: Engine, id: string): Promise<number> {
  const query = { condition: 'next-exit' }
  const answer = await json(
    await engine.stream(enginePath`/containers/${id}/wait`, { method: 'POST', query }),
  )
  return (answer as { readonly StatusCode: number }).StatusCode
}

/** What came out of it: answers to read, and the end of its complaints. */
class Printed {
  readonly answers = new PassThrough()
  complaints = ''

  async take(chunks: ReturnType<typeof demultiplex>, whenTooLong: () => void): Promise<void> {
    let heard = 0
    try {
      for await (const { stream, bytes } of chunks) {
        if (stream === 'stderr')
          this.complaints = (this.complaints + Buffer.from(bytes)).slice(-keptComplaints)
        else this.answers.write(bytes)
        heard += bytes.length
        if (heard > mostBytes) whenTooLong()
      }
    } finally {
      this.answers.end()
    }
  }
}

async function* linesAfter(printed: PassThrough, mark: string, whenReady: () => void): AsyncIterable<string> {
  let isReady = false
  for await (const line of createInterface({ input: printed })) {
    if (isReady) yield line
    // an entrypoint may have printed the beginning of a line
    else if (line.endsWith(mark)) {
      isReady = true
      whenReady()
    }
  }
}

function parse(line: string, question: Question): unknown {
  try {
    return JSON.parse(line)
  } catch {
    throw failed(question, 'it answered something that is no JSON', '')
  }
}

function failed(question: Question, how: string, complaints: string): PurserError {
  const said = complaints.trim()
  return new PurserError('RELEASE_SIDE_FAILED', {
    message: `Asked for "${question.ask}", the release side failed: ${how}${said === '' ? '.' : `. It said: ${said}`}`,
    remedy:
      "The entrypoint, the tasks' files, or what they import, end or hang the process that loads them: load them by hand to see.",
  })
}

function missing(complaints: string): PurserError {
  return new PurserError('RELEASE_SIDE_MISSING', {
    message: `The app's image has no tasks: ${complaints.trim().split('\n').at(-1) ?? ''}`,
    remedy:
      'Run a command, after `--`. For tasks, install the package `purser` in the image, where the app works, and node.',
  })
}
