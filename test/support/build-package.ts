import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const build = fileURLToPath(new URL('../../scripts/build.ts', import.meta.url))

/** Builds what the end-to-end tests start, once before each project that has such tests; the second time changes nothing. */
export default function buildPackage(): void {
  execFileSync(process.execPath, [build], { stdio: 'inherit' })
}
