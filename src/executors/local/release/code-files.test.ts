import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../../../../test/support/temporary-folder.ts'
import { listCode } from './code-files.ts'

it('what git would keep is the code, but for Purser’s own folder and the caches of tools', async () => {
  using temporary = temporaryFolder()
  const files = ['server.js', 'src/.purser.js', 'node_modules/one/index.js']
  const others = [
    '.purser/ledger.db',
    'web/.purser/ledger.db',
    'node_modules/.cache/purser/v24/1.blob',
    'x.tmp',
  ]
  for (const file of [...files, ...others]) {
    mkdirSync(path.dirname(path.join(temporary.folder, file)), { recursive: true })
    writeFileSync(path.join(temporary.folder, file), file)
  }
  writeFileSync(path.join(temporary.folder, '.gitignore'), '*.tmp\n')
  execFileSync('git', ['init', '--quiet', temporary.folder])
  const code = await listCode(temporary.folder)
  expect(code.files.toSorted()).toEqual(['.gitignore', ...files].toSorted())
})
