import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { PurserError, reasonOf } from '../../core/errors.ts'
import { inheritedDescriptors } from '../../supervision/inherited.ts'
import type { Question } from '../executor.ts'
import type { Twin } from './twin/twin.ts'

const deadlineMs = 20_000
const keptComplaints = 4_000
// A thousand tasks with large schemas have less.
const mostBytes = 50_000_000

/** Asks the release side in a twin of the app. What the task files print while they load is no answer. */
export async function* askReleaseSide(
  argv: readonly string[],
  twin: Twin,
  question: Question,
  signal: AbortSignal,
): AsyncIterable<unknown> {
  const child = spawnReleaseSide(argv, twin)
  const ended = endOf(child)
  const [input, , errors, answers] = child.stdio as unknown as [Writable, null, Readable, Readable]
  const complaints = keepEnd(errors)
  const endAll = () => endGroup(child.pid)
  const limit = AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)])
  limit.addEventListener('abort', endAll)
  try {
    input.on('error', () => {}) // it ended early: its end says how
    input.end(JSON.stringify(question))
    const lines = createInterface({ input: answers })
    whenTooLong(answers, endAll)
    for await (const line of lines) yield parse(line, question)
    const end = await ended
    signal.throwIfAborted()
    if (limit.aborted) throw failed(question, `it gave no answer in ${deadlineMs / 1_000} s`, complaints())
    if (end !== 'exit code 0') throw failed(question, `it ended with ${end}`, complaints())
  } finally {
    limit.removeEventListener('abort', endAll)
    endAll()
  }
}

function spawnReleaseSide([program = '', ...args]: readonly string[], twin: Twin): ChildProcess {
  const nothing = openSync('/dev/null', 'r')
  const umask = process.umask(twin.umask)
  try {
    return spawn(program, args, {
      cwd: twin.workingDirectory,
      env: twin.variables,
      detached: true,
      stdio: ['pipe', 'ignore', 'pipe', 'pipe', ...covers(4, nothing)],
    })
  } finally {
    process.umask(umask)
    closeSync(nothing)
  }
}

function whenTooLong(answers: Readable, end: () => void): void {
  let heard = 0
  answers.on('data', (bytes: Uint8Array) => {
    heard += bytes.length
    if (heard > mostBytes) end()
  })
}

/** What takes the place of the operator's open files, from a descriptor on; `ignore` leaves what would be there. */
function covers(from: number, nothing: number): ('ignore' | number)[] {
  const inherited = inheritedDescriptors()
  const length = Math.max(from, ...inherited.map((descriptor) => descriptor + 1)) - from
  return Array.from({ length }, (_, at) => (inherited.includes(from + at) ? nothing : 'ignore'))
}

/** The tasks' files, which it loads, can write there too. */
function parse(line: string, question: Question): unknown {
  try {
    return JSON.parse(line)
  } catch {
    throw failed(question, 'it answered something that is no JSON', '')
  }
}

async function endOf(child: ChildProcess): Promise<string> {
  try {
    const [code, signal] = await once(child, 'exit')
    return signal === null ? `exit code ${code}` : `signal ${signal}`
  } catch (error) {
    return `no process: ${reasonOf(error)}`
  }
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // all of it has ended
  }
}

/** Collects the end of a stream's text. */
function keepEnd(stream: Readable): () => string {
  let kept = ''
  stream.setEncoding('utf8')
  stream.on('data', (text: string) => {
    kept = (kept + text).slice(-keptComplaints)
  })
  return () => kept.trim()
}

function failed(question: Question, how: string, complaints: string): PurserError {
  return new PurserError('RELEASE_SIDE_FAILED', {
    message: `Asked for "${question.ask}", the release side failed: ${how}${complaints === '' ? '.' : `. It said: ${complaints}`}`,
    remedy:
      "The tasks' files, or what they import, end or hang the process that loads them: load them by hand to see.",
  })
}
