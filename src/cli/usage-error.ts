import {
  AliasNotFoundError,
  ArgumentParseError,
  ArgumentScannerError,
  FlagNotFoundError,
  formatMessageForArgumentScannerError,
  UnexpectedPositionalError,
  UnsatisfiedFlagError,
  UnsatisfiedPositionalError,
} from '@stricli/core'
import { PurserError, type Refusal, reasonOf } from '../core/errors.ts'
import { list } from '../core/text.ts'

/** What is wrong with the words that were typed, and what to do. */
export function usageRefusal(error: unknown): Refusal {
  if (error instanceof ArgumentParseError && error.exception instanceof PurserError) return error.exception
  return {
    code: 'USAGE',
    message: describe(error),
    remedy: 'The command with `--help` shows what it takes.',
  }
}

function describe(error: unknown): string {
  if (error instanceof FlagNotFoundError) {
    const near = error.corrections.map((correction) => `--${correction}`)
    return `There is no flag "--${error.input}".${near.length === 0 ? '' : ` Did you mean ${list(near, 'or')}?`}`
  }
  if (error instanceof AliasNotFoundError) return `There is no flag "-${error.input}".`
  if (error instanceof UnexpectedPositionalError)
    return `"${error.input}" is one word too many: ${takes(error.expectedCount)}.`
  if (error instanceof UnsatisfiedPositionalError) return `${error.placeholder} is missing.`
  if (error instanceof UnsatisfiedFlagError)
    return `The flag "--${error.externalFlagName}" was given no value.`
  if (error instanceof ArgumentParseError)
    return `"${error.input}" can't be ${error.externalFlagNameOrPlaceholder}: ${reasonOf(error.exception)}.`
  return error instanceof ArgumentScannerError
    ? formatMessageForArgumentScannerError(error, {})
    : reasonOf(error)
}

function takes(count: number): string {
  if (count === 0) return 'the command takes flags only'
  return count === 1
    ? 'the command takes one beside its flags'
    : `the command takes ${count} beside its flags`
}
