/**
 * Adds to package-lock.json the optional packages of other platforms that npm left out of it, which happens whenever
 * npm could not read them while it made the file (https://github.com/npm/cli/issues/4828). Without them `npm ci` fails.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { completeLock, type Lock } from './lock.ts'

const path = new URL('../package-lock.json', import.meta.url)
const lock = JSON.parse(readFileSync(path, 'utf8')) as Lock
const added = completeLock(lock)
writeFileSync(path, `${JSON.stringify(lock, undefined, 2)}\n`)
console.log(
  added.length === 0 ? 'package-lock.json is complete.' : `Added to package-lock.json: ${added.join(', ')}.`,
)
