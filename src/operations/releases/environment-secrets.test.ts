import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, it } from 'vitest'
import { postgres } from '../../presets/postgres.ts'
import { environmentSecrets } from './environment-secrets.ts'

it('knows every URL that stands in a file: the database’s, the clone server’s and the replica’s', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'purser-secrets-'))
  try {
    const file = (name: string) => {
      const target = path.join(folder, name)
      writeFileSync(target, `postgres://app:word-of-${name}@host/main\n`)
      return { file: target }
    }
    const main = postgres({
      url: file('database'),
      clones: { server: file('clones'), replica: file('replica') },
    })
    const text = JSON.stringify(environmentSecrets(new Map(), { services: {}, databases: { main } }))
    for (const name of ['database', 'clones', 'replica']) expect(text).toContain(`word-of-${name}`)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
