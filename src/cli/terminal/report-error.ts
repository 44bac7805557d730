import { Bug, type ExitCode, exitCodes, PurserError, type Refusal } from '../../core/errors.ts'
import { printableLines } from './printable.ts'
import { paint } from './style.ts'
import { columnsOf, wrapTo } from './width.ts'

/** Prints what went wrong, and gives the exit code for it. Users' mistakes and ours look different. */
export function reportError(error: unknown, { json }: { readonly json: boolean }): ExitCode | 70 {
  if (error instanceof PurserError) {
    if (json) console.log(JSON.stringify({ error: asJson(error) }))
    else console.error(describeRefusal(error))
    return error.exitCode
  }
  if (error instanceof Error && error.name === 'AbortError') return exitCodes.cancelled
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
  const title =
    error instanceof Bug ? 'This is a mistake in purser.' : 'Purser failed in a way that it did not foresee.'
  console.error(`${paint('red', title, process.stderr)} Please report it, with these lines:\n${stack}`)
  return softwareFailure
}

// sysexits.h, EX_SOFTWARE: outside Purser's own range, so that no script takes a bug of ours for a verdict.
const softwareFailure = 70

/** A refusal in three parts: what, why, what to do. */
export function describeRefusal(
  { code, message, remedy }: Refusal,
  stream: NodeJS.WriteStream = process.stderr,
): string {
  const columns = columnsOf(stream)
  const what = wrapTo(`${paint('red', '✖', stream)} ${printableLines(message)}`, columns, 2)
  const then = `  ${paint('dim', '→', stream)} ${remedy}  ${paint('dim', code, stream)}`
  return `${what}\n${wrapTo(then, columns, 4)}`
}

/** A refusal, or an error that is one, as `--json` shows it. */
export function asJson({ code, message, remedy }: Refusal): Refusal {
  return { code, message, remedy }
}
