import { PurserError } from '../core/errors.ts'

/** What is thrown where a twin would reach all that the app reaches; the sentence says why that can't be seen to. */
export function apartUnenforced(sentence: string): PurserError {
  return new PurserError('APART_UNENFORCED', {
    message: sentence,
    remedy:
      'Rehearse where twins can be kept apart: `purser` as root, or where every user may make namespaces, with util-linux and iproute2; or a Docker Engine on this machine.',
  })
}
