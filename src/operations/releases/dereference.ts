import { readFileSync } from 'node:fs'
import { PurserError, reasonOf } from '../../core/errors.ts'
import type { Reference } from '../../environment/reference.ts'

/** Fetches what a reference points to. Throws `DATABASE_URL_UNKNOWN`. The value is for memory only. */
export function dereference(reference: Reference, variables: ReadonlyMap<string, string>): string {
  if ('variable' in reference) {
    const value = variables.get(reference.variable)
    if (value !== undefined && value !== '') return value
    throw unknown(`the app was started without the variable ${reference.variable}`)
  }
  try {
    return readFileSync(reference.file, 'utf8').replace(/\r?\n$/, '')
  } catch (error) {
    throw unknown(`the file ${reference.file} can't be read: ${reasonOf(error)}`)
  }
}

function unknown(why: string): PurserError {
  return new PurserError('DATABASE_URL_UNKNOWN', {
    message: `A database's URL is not known: ${why}.`,
    remedy:
      'Correct the reference in the configuration. What an app loads later (dotenv) is not among its variables.',
  })
}
