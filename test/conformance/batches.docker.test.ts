import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from 'vitest'
import { BatchApp } from '../support/batches/docker.ts'
import { describeBatches } from './batches.ts'

// each has some containers made, and more than one purser
vi.setConfig({ testTimeout: 300_000 })

let batches: BatchApp
beforeAll(async () => {
  batches = await BatchApp.start()
})
beforeEach(() => batches.fill())
afterEach(() => expect.poll(() => batches.twins()).toEqual([]))
afterAll(() => batches[Symbol.asyncDispose]())

describeBatches('of an app in a container', () => batches)
