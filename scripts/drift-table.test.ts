import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { driftPage } from './drift-page.ts'
import { root } from './root.ts'

it('docs/drift.md tells what the registry of kinds holds (`node scripts/drift-table.ts` writes it)', () => {
  expect(readFileSync(join(root, 'docs/drift.md'), 'utf8')).toBe(driftPage())
})
