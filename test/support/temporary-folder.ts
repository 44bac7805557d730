import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** A folder of its own that goes with the test. */
export function temporaryFolder(): { readonly folder: string; [Symbol.dispose](): void } {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'purser-test-')))
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }) }
}
