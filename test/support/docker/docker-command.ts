import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Runs `docker` with these arguments, and resolves to its stdout without the last line's end; rejects with all it printed. */
export type DockerCommand = (...args: readonly string[]) => Promise<string>

/** The `docker` command for one engine. */
export function dockerCommand(host: string): DockerCommand {
  return async (...args) => {
    const options = { env: dockerVariables(host), maxBuffer: 64 * 1024 * 1024 }
    const { stdout } = await run('docker', args, options).catch((error: Failed) => {
      // What a container's runtime says of a command that is not there comes on stdout.
      const printed = `${error.stderr ?? ''}${error.stdout ?? ''}`
      throw new Error(`docker ${args.join(' ')} ended with ${error.code}: ${printed}`, { cause: error })
    })
    return stdout.trimEnd()
  }
}

interface Failed extends Error {
  readonly code?: number | string
  readonly stdout?: string
  readonly stderr?: string
}

/** What a `docker` or compose command needs to speak to this engine, whatever is set where the tests run. */
export function dockerVariables(host: string): Readonly<Record<string, string>> {
  const { PATH = '', HOME = '/' } = process.env
  // Debian's docker.io has no BuildKit on its client's side.
  return { PATH, HOME, DOCKER_HOST: host, DOCKER_BUILDKIT: '0' }
}
