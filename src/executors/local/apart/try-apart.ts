import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { reasonOf } from '../../../core/errors.ts'
import type { Apartness } from '../../executor.ts'
import { startKeeper } from './keeper.ts'

const run = promisify(execFile)
const loopback = '127.0.0.1'

/** Tries whether this user may make such namespaces here, by making some. */
export async function tryApart(): Promise<Apartness> {
  const folder = mkdtempSync(path.join(tmpdir(), 'purser-apart-'))
  try {
    const keeper = await startKeeper({ folder, port: 1, outside: process.pid }, async () => {})
    try {
      const [program = '', ...args] = keeper.entering('/')
      await run(program, [...args, 'true'])
    } finally {
      keeper.wire.close()
      keeper.end()
    }
    return {
      isEnforced: true,
      sentence:
        'The twin has namespaces of its own for networks and mounts: of addresses it reaches only the wire, and of Unix sockets none.',
      wireAddress: loopback,
    }
  } catch (error) {
    return { isEnforced: false, sentence: notEnforced(error), wireAddress: loopback }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function notEnforced(error: unknown): string {
  return `Twins can't be kept apart on this machine, and reach all that the app reaches: ${reasonOf(error).replace(/\.?\s*$/, '.')}`
}
