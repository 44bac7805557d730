import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { failedWith } from '../../../core/errors.ts'
import { newNonce } from '../../../environment/probe/request.ts'
import { makeStateFolder } from '../../../environment/state-folder.ts'
import { starter } from '../labels.ts'
import { isStarterDead } from '../supervisor/sweep.ts'

/** Makes a folder for the sockets of one way to a wire. Its name says whose it is, for whoever finds it after a crash. */
export function makeWayFolder(state: string): string {
  makeStateFolder(state)
  const folder = path.join(waysIn(state), `${starter()}:${newNonce()}`)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return folder
}

/** Removes those of processes that are dead. */
export function sweepWayFolders(state: string): void {
  for (const name of waysLeft(state)) {
    const folder = path.join(waysIn(state), name)
    const createdSeconds = (statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()) / 1_000
    if (isStarterDead(name, createdSeconds)) rmSync(folder, { recursive: true, force: true })
  }
}

function waysLeft(state: string): string[] {
  try {
    return readdirSync(waysIn(state))
  } catch (error) {
    if (failedWith(error, 'ENOENT')) return []
    throw error
  }
}

function waysIn(state: string): string {
  return path.join(state, 'wire-ways')
}
