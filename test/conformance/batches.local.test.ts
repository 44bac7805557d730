import { afterAll, beforeAll, beforeEach, vi } from 'vitest'
import { BatchProject } from '../support/batches/local.ts'
import { describeBatches } from './batches.ts'

// each is a story of several commands
vi.setConfig({ testTimeout: 300_000 })

let batches: BatchProject
beforeAll(async () => {
  batches = await BatchProject.start()
})
beforeEach(() => batches.fill())
afterAll(() => batches[Symbol.asyncDispose]())

describeBatches('of an app that is a plain process', () => batches)
