import type { IncomingMessage } from 'node:http'
import { PurserError } from '../../../core/errors.ts'
import { wordsOf } from './errors.ts'
import { textOf } from './exchange.ts'
import type { Located } from './locate/locate.ts'
import { unanswered } from './unreachable.ts'

const oldest = '1.40'
const newest = '1.47'

/** From the answer to `/_ping`, the newest version of the API that both speak. Throws `ENGINE_TOO_OLD`. */
export async function negotiatedVersion(ping: IncomingMessage, located: Located): Promise<string> {
  const noEngine = (why: string) => unanswered(located, why, { hasAnswered: false })
  const words = wordsOf(await textOf(ping))
  if (ping.statusCode !== 200) throw noEngine(`the answer is ${ping.statusCode}, "${words}"`)
  const theirs = ping.headers['api-version']
  if (typeof theirs !== 'string' || !/^\d+\.\d+$/.test(theirs))
    throw noEngine('what answers there is something else')
  if (isOlder(theirs, oldest)) throw tooOld(located, theirs)
  return isOlder(theirs, newest) ? theirs : newest
}

function isOlder(one: string, other: string): boolean {
  const [major = 0, minor = 0] = one.split('.').map(Number)
  const [otherMajor = 0, otherMinor = 0] = other.split('.').map(Number)
  return major === otherMajor ? minor < otherMinor : major < otherMajor
}

function tooOld({ where }: Located, version: string): PurserError {
  return new PurserError('ENGINE_TOO_OLD', {
    message: `The Docker Engine at ${where} speaks version ${version} of its API; purser needs ${oldest}.`,
    remedy: 'Update it to Docker 19.03 or newer.',
  })
}
