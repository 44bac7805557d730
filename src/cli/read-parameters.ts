import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { PurserError, reasonOf } from '../core/errors.ts'
import type { JsonObject } from '../core/json.ts'
import { byteSize } from '../core/text.ts'

/** Parameters as they were typed: words, and those of a JSON file or stdin. A word wins over the file. */
export async function readParameters(
  words: readonly string[],
  file: string | undefined,
): Promise<{ readonly words: Readonly<Record<string, string>>; readonly parameters: JsonObject }> {
  return {
    words: Object.fromEntries(eachOnce(words.map(splitWord))),
    parameters: file === undefined ? {} : await readJson(file),
  }
}

function splitWord(word: string): [name: string, value: string] {
  const at = word.indexOf('=')
  if (at > 0) return [word.slice(0, at), word.slice(at + 1)]
  throw new PurserError('PARAMETERS_UNREADABLE', {
    message: `"${word}" is no parameter: there is no name and "=" in it.`,
    remedy: 'Write `--param name=value`.',
  })
}

function eachOnce(pairs: readonly [name: string, value: string][]): typeof pairs {
  const twice = pairs.find(([name], at) => pairs.findIndex(([other]) => other === name) !== at)
  if (twice === undefined) return pairs
  throw new PurserError('PARAMETERS_UNREADABLE', {
    message: `The parameter "${twice[0]}" was given twice, and only one value can be meant.`,
    remedy: `Give it once; a list is \`--param ${twice[0]}=a,b\`.`,
  })
}

async function readJson(file: string): Promise<JsonObject> {
  const name = file === '-' ? 'stdin' : `"${file}"`
  try {
    const typed = file === '-' ? await text(process.stdin) : await readFile(file, 'utf8')
    if (typed.length > longestParameters) throw tooLong(name, typed.length)
    const value = JSON.parse(typed)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  } catch (error) {
    if (error instanceof PurserError) throw error
    // Not the parser's own words: they quote the text, and a secret may be in it.
    throw unreadable(name, error instanceof SyntaxError ? 'it is not JSON' : reasonOf(error))
  }
  throw unreadable(name, 'it is not a JSON object')
}

function unreadable(name: string, why: string): PurserError {
  return new PurserError('PARAMETERS_UNREADABLE', {
    message: `The parameters in ${name} can't be read: ${why}.`,
    remedy: 'Give a JSON object, such as {"country": ["CH"]}.',
  })
}

// They are kept in the ledger for ever, and go through a validator in memory.
const longestParameters = 1_000_000

function tooLong(name: string, length: number): PurserError {
  return new PurserError('PARAMETERS_UNREADABLE', {
    message: `The parameters in ${name} are ${byteSize(length)} long; a run takes up to ${byteSize(longestParameters)}.`,
    remedy: 'Give the task the name of a file, or of a table, instead of its content.',
  })
}
