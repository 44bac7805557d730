import { defineConfig } from 'vitest/config'

const alone = ['test/{chaos,journeys}/**/*.test.ts']
const quick = ['test/architecture/**/*.test.ts']

export default defineConfig({
  test: {
    reporters: ['default', './scripts/test-summary.ts'],
    // Tests mostly wait for services and processes.
    maxWorkers: '100%',
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{src,bench,scripts,examples}/**/*.test.ts'],
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'architecture',
          include: quick,
          sequence: { groupOrder: 0 },
        },
      },
      {
        // Against the built package and real services, as many files at once as there are processors.
        test: {
          name: 'services',
          include: ['test/**/*.test.ts'],
          exclude: [...alone, ...quick, '**/node_modules/**'],
          globalSetup: './test/support/build-package.ts',
          testTimeout: 60_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        // They kill, crowd or time things, or follow a user through a whole story: one file at a time.
        test: {
          name: 'alone',
          include: alone,
          globalSetup: './test/support/build-package.ts',
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
