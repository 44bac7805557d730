import { defineConfig } from 'vitest/config'

const alone = ['test/{chaos,journeys}/**/*.test.ts']
const quick = ['test/architecture/**/*.test.ts']
// Only what hangs takes so long: the machine may be busy.
const expectedSoon = { poll: { timeout: 20_000 } }
// Once before everything: the second project that names it finds it done.
const setup = ['./test/support/build-package.ts', './test/support/docker/global-setup.ts']

export default defineConfig({
  test: {
    reporters: ['default', './scripts/test-summary.ts'],
    // Tests mostly wait for services and processes.
    maxWorkers: '100%',
    // The Docker Engine ends with all its containers.
    teardownTimeout: 60_000,
    projects: [
      {
        test: {
          name: 'unit',
          // Properties are tried many times, and the machine may be busy.
          testTimeout: 30_000,
          hookTimeout: 30_000,
          include: ['{src,bench,scripts,examples}/**/*.test.ts'],
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'architecture',
          // They read every file, and the machine may be busy.
          testTimeout: 30_000,
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
          globalSetup: setup,
          expect: expectedSoon,
          testTimeout: 120_000,
          hookTimeout: 240_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        // They kill, crowd or time things, or follow a user through a whole story: one file at a time.
        test: {
          name: 'alone',
          include: alone,
          globalSetup: setup,
          fileParallelism: false,
          expect: expectedSoon,
          testTimeout: 300_000,
          hookTimeout: 240_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
