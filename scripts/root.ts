import { join } from 'node:path'

/** The checkout. */
export const root = join(import.meta.dirname, '..')

/** The oldest Node that the release side runs on; it comes with the development dependencies. */
export const node20 = join(root, 'test/node20/node_modules/.bin/node')
