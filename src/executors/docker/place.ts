import { createHash } from 'node:crypto'
import { hostname } from 'node:os'
import type { Place } from '../../environment/wiring.ts'

/** What Purser's containers are labelled with as this place's: a digest of the machine and of the state folder there. */
export function placeId({ state }: Place): string {
  return createHash('sha256')
    .update(JSON.stringify([hostname(), state]))
    .digest('hex')
    .slice(0, 24)
}
