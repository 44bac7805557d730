import { fileURLToPath } from 'node:url'
import { defineConfig } from 'purser'
import { local, postgres, sqlite } from 'purser/presets'

// A copy of the whole server, as a snapshot of its disk would be one.
const clone = [process.execPath, fileURLToPath(new URL('dev/clone.ts', import.meta.url))]

const services = { web: { executor: local({ pidFile: 'var/atlas.pid' }) } }
const url = { variable: 'DATABASE_URL' }

export default defineConfig({
  tasks: ['tasks'],
  environments: {
    local: {
      services,
      databases: { main: postgres({ url }) },
      ledger: sqlite(),
      policies: { reason: 'optional' },
    },
    // The same Atlas as if it were production: no migration gets there that has not been rehearsed on a copy.
    production: {
      services,
      databases: {
        main: postgres({
          url,
          clones: {
            command: { create: [...clone, 'create', '{name}'], drop: [...clone, 'drop', '{name}'] },
          },
        }),
      },
      // Atlas is small: what keeps nobody waiting here would do so with more places.
      rehearsal: { mode: 'strict' },
      ledger: sqlite(),
      policies: { reason: 'optional' },
    },
  },
})
