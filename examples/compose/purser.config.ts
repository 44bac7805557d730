import { defineConfig } from 'purser'
import { docker, postgres } from 'purser/presets'

export default defineConfig({
  environments: {
    production: {
      services: { web: { executor: docker({ project: 'shop', service: 'web' }) } },
      databases: { main: postgres({ url: { variable: 'DATABASE_URL' } }) },
      policies: { reason: 'required' },
    },
  },
})
