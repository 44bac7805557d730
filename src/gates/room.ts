import { statfs } from 'node:fs/promises'
import type { Refusal } from '../core/errors.ts'
import { byteSize, count } from '../core/text.ts'
import type { Gate } from './gate.ts'

/** Refuses a run whose output and record might not fit on the disk that keeps them. */
export function roomGate(folder: string, neededBytes: number): Gate {
  return {
    name: 'room',
    check: async () => {
      const { bavail, bsize, files, ffree } = await statfs(folder)
      const free = bavail * bsize
      // a file system that does not count its files says that it has none
      if (files > 0 && ffree < neededFiles) return refuse(`has room for ${count(ffree, 'more file')}`, folder)
      if (free >= neededBytes) return 'pass'
      const needed = `a run may need ${byteSize(neededBytes)} for its output and its record`
      return refuse(`has ${byteSize(free)} left; ${needed}`, folder)
    },
  }
}

// The segments of its output, the ledger's journal, and small files that come and go.
const neededFiles = 200

function refuse(what: string, folder: string): Refusal {
  return {
    code: 'NO_ROOM',
    message: `The disk that keeps ${folder} ${what}.`,
    remedy: 'Make room there, or lower `outputQuota` of the environment.',
  }
}
