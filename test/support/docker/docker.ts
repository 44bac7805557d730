import { inject } from 'vitest'
import { dockerCommand } from './docker-command.ts'

/** The address of this test run's Docker Engine. Throws the reason where there is none. */
export function dockerHost(): string {
  const provided = inject('docker')
  if ('failure' in provided) throw new Error(provided.failure)
  return provided.host
}

/** Runs `docker` with these arguments on this test run's engine; resolves to its stdout, rejects with its stderr. */
export async function docker(...args: readonly string[]): Promise<string> {
  return await dockerCommand(dockerHost())(...args)
}
