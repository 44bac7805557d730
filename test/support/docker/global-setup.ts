import type { TestProject } from 'vitest/node'
import { dockerCommand } from './docker-command.ts'
import { type Engine, startEngine } from './engine.ts'
import { buildImages } from './standard-images.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The engine of this test run, or the sentence that says why there is none. */
    docker: { readonly host: string } | { readonly failure: string }
  }
}

/**
 * Starts one Docker Engine for a whole test run, with the images of the tests, and ends it with the run. The first
 * project that asks has it started. Where it can't be, the tests that need it fail, each with the reason; the others go on.
 */
export default async function provideDocker({
  vitest,
}: TestProject): Promise<(() => Promise<void>) | undefined> {
  const isThere = 'docker' in vitest.getRootProject().getProvidedContext()
  if (isThere) return undefined
  try {
    const engine = await startWithImages()
    vitest.provide('docker', { host: engine.host })
    return async () => await engine[Symbol.asyncDispose]()
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error)
    vitest.provide('docker', { failure })
    console.error(failure)
    return undefined
  }
}

async function startWithImages(): Promise<Engine> {
  const started = performance.now()
  const engine = await startEngine()
  const ready = performance.now()
  try {
    const made = await buildImages(dockerCommand(engine.host))
    const seconds = [ready - started, performance.now() - ready].map((ms) => (ms / 1_000).toFixed(1))
    console.log(`docker: an engine after ${seconds[0]} s, and ${made} images in ${seconds[1]} s more`)
    return engine
  } catch (error) {
    await engine[Symbol.asyncDispose]()
    throw error
  }
}
