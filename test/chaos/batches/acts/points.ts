import type { Point, Verdict } from '../../../support/postgres-proxy.ts'
import type { TaskName } from '../project.ts'

export interface NamedPoint extends Point {
  readonly name: string
}

/** What becomes of the request or the reply that is there. */
export type Way = Verdict
export const ways: readonly Way[] = ['pass', 'cut', 'pass and cut']

const claim = /^purser_claim/
const effect = /^ insert into effects/
const commit = /^commit$/
const checkpoint = /purser_effect/

const ofAll: readonly NamedPoint[] = [
  { name: 'the claim', when: 'before request', of: claim },
  { name: 'after the claim', when: 'before reply', of: claim },
]

/** The instants at which a death or a cut says most. */
export const points: { readonly [task in TaskName]: readonly NamedPoint[] } = {
  'by-code': [
    ...ofAll,
    { name: 'after the effect', when: 'before reply', of: effect },
    { name: 'before COMMIT', when: 'before request', of: commit },
    { name: 'after COMMIT', when: 'before reply', of: commit },
  ],
  'by-statement': [
    ...ofAll,
    { name: 'before the checkpoint', when: 'before request', of: checkpoint },
    { name: 'after the checkpoint', when: 'before reply', of: checkpoint },
  ],
}

/** Where the effect is committed and no message acknowledged. */
export const afterCommit: { readonly [task in TaskName]: readonly NamedPoint[] } = {
  'by-code': points['by-code'].filter(({ name }) => name === 'after COMMIT'),
  'by-statement': points['by-statement'].filter(({ name }) => name === 'after the checkpoint'),
}
