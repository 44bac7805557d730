/** Writes docs/drift.md from the registry of kinds. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { driftPage } from './drift-page.ts'
import { root } from './root.ts'

const path = join(root, 'docs/drift.md')
const page = driftPage()
const isNew = page !== readFileSync(path, { encoding: 'utf8', flag: 'a+' })
if (isNew) writeFileSync(path, page)
console.log(isNew ? 'docs/drift.md is written.' : 'docs/drift.md is up to date.')
