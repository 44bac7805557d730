import { PurserError } from '../../../core/errors.ts'
import { allPids, topmost } from '../proc/processes.ts'
import { holdsSocket, listeningInodes } from '../proc/sockets.ts'

/** The processes that listen on a TCP port. */
export function findByPort(port: number): readonly number[] {
  const inodes = listeningInodes(port)
  if (inodes.size === 0) {
    throw new PurserError('APP_NOT_RUNNING', {
      message: `The app is not running: nothing listens on port ${port}.`,
      remedy: 'Start the app, or correct `local({ port })` in the configuration.',
    })
  }
  const holders = allPids().filter((pid) => holdsSocket(pid, inodes))
  if (holders.length === 0) {
    throw new PurserError('APP_UNREADABLE', {
      message: `Something listens on port ${port}, but it belongs to another user, so that it can't be looked at.`,
      remedy: "Run purser as the app's own user, or as root.",
    })
  }
  return topmost(holders)
}
