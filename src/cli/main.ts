import { proposeCompletions, run, type StricliProcess } from '@stricli/core'
import { exitCodes } from '../core/errors.ts'
import { buildFor } from './application.ts'
import type { Session, Wired } from './session.ts'
import { helpTo } from './terminal/help.ts'
import { reportError } from './terminal/report-error.ts'

/** Runs what was typed, and sets the exit code. */
export async function main(typed: readonly string[], wired: Wired): Promise<void> {
  const dashes = typed.indexOf('--')
  const words = asFlag(dashes === -1 ? typed : typed.slice(0, dashes))
  const afterDashes = dashes === -1 ? undefined : typed.slice(dashes + 1)
  endQuietlyWhenNobodyReads()
  // Stricli sets an exit code of its own, negative for what it could not parse: it gets a process of its own to set.
  const parsing: StricliProcess = { stdout: helpTo(process.stdout), stderr: process.stderr, env: process.env }
  const session = { process: parsing, ...wired, afterDashes }
  if (words[0] === 'complete-words' && afterDashes !== undefined) return complete(afterDashes, session)
  try {
    const application = await buildFor(words[0], session)
    await run(application, words, session)
    if (Number(parsing.exitCode) < 0) process.exitCode = exitCodes.usage
  } catch (error) {
    process.exitCode = reportError(error, { json: words.includes('--json') })
  }
}

/** `purser help run` is `purser run --help`. */
function asFlag(words: readonly string[]): readonly string[] {
  const [first, ...others] = words
  return first === 'help' ? [...others, '--help'] : words
}

/** What may come next, a line each, for a shell's completion; the last word is the one that is being typed. */
async function complete(typed: readonly string[], session: Session): Promise<void> {
  const words = typed[0] === 'help' ? typed.slice(1) : typed
  const application = await buildFor(words[0], session)
  for (const { completion } of await proposeCompletions(application, words, session)) console.log(completion)
}

/** `purser logs … | head`: the reader has what it wanted. */
function endQuietlyWhenNobodyReads(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit()
      console.error(`✖ What purser prints can't be written: ${error.message}.`)
      process.exit(outputFailure)
    })
  }
}

// sysexits.h, EX_IOERR: outside Purser's own range, and not the task's.
const outputFailure = 74
