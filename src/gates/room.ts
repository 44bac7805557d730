import { statfs } from 'node:fs/promises'
import { byteSize } from '../core/text.ts'
import type { Gate } from './gate.ts'

/** Refuses a run whose output and record might not fit on the disk that keeps them. */
export function roomGate(folder: string, neededBytes: number): Gate {
  return {
    name: 'room',
    check: async () => {
      const { bavail, bsize } = await statfs(folder)
      const free = bavail * bsize
      if (free >= neededBytes) return 'pass'
      return {
        code: 'NO_ROOM',
        message: `The disk that keeps ${folder} has ${byteSize(free)} left; a run may need ${byteSize(neededBytes)} for its output and its record.`,
        remedy: 'Make room there, or lower `outputQuota` of the environment.',
      }
    },
  }
}
