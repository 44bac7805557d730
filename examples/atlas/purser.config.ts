import { defineConfig } from 'purser'
import { local, postgres, sqlite } from 'purser/presets'

export default defineConfig({
  tasks: ['tasks'],
  environments: {
    local: {
      services: { web: { executor: local({ pidFile: 'var/atlas.pid' }) } },
      databases: { main: postgres({ url: { variable: 'DATABASE_URL' } }) },
      ledger: sqlite(),
      policies: { reason: 'optional' },
    },
  },
})
