import { fileURLToPath } from 'node:url'

/** The checkout's root, without a slash at its end. */
export const packageRoot = fileURLToPath(new URL('../../', import.meta.url)).slice(0, -1)
