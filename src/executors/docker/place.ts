import { randomBytes } from 'node:crypto'
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { failedWith } from '../../core/errors.ts'
import { makeStateFolder } from '../../environment/state-folder.ts'
import type { Place } from '../../environment/wiring.ts'

/**
 * What Purser's containers are labelled with as this place's: a random id, kept in its folder. Machines that are copies of
 * each other have the same names, paths and process numbers, and may share an engine.
 */
export function placeId({ state }: Place): string {
  const file = path.join(state, 'place')
  try {
    return readId(file) ?? keepId(state, file)
  } catch (error) {
    if (failedWith(error, 'EACCES', 'EPERM', 'EROFS', 'ENOSPC')) return passingId
    throw error
  }
}

/** Where nothing can be kept: what is left behind then is nobody's to remove. */
const passingId = newId()

function newId(): string {
  return randomBytes(12).toString('hex')
}

function readId(file: string): string | undefined {
  try {
    return /^[0-9a-f]{24}$/.exec(readFileSync(file, 'utf8').trim())?.[0]
  } catch (error) {
    if (failedWith(error, 'ENOENT')) return undefined
    throw error
  }
}

/** Of several that are first at the same time, one is kept. */
function keepId(state: string, file: string): string {
  makeStateFolder(state)
  const own = `${file}.${newId()}`
  writeFileSync(own, `${newId()}\n`, { mode: 0o600 })
  try {
    linkSync(own, file)
  } catch (error) {
    if (!failedWith(error, 'EEXIST')) throw error
    if (readId(file) === undefined) renameSync(own, file) // what a full disk has left
  } finally {
    rmSync(own, { force: true })
  }
  return readId(file) ?? passingId
}
