import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type DockerCommand, dockerCommand } from './docker-command.ts'
import { explainFailure, missingFor } from './engine-needs.ts'

const startMs = 60_000
const stopMs = 20_000
const script = path.join(import.meta.dirname, 'private-engine.sh')

export interface Engine extends AsyncDisposable {
  /** Its address, such as `unix:///tmp/pe-x1/docker.sock`. */
  readonly host: string
}

/**
 * A real Docker Engine: the one whose address is in PURSER_TEST_DOCKER, which is left running, or one of its own in a
 * temporary folder, which ends with all that it has. Throws a sentence that says what is missing where there is none.
 *
 * An engine of its own is in a network of its own: a port that a container publishes is reached from containers, by
 * `docker run --network host`, and not from here.
 */
export async function startEngine(): Promise<Engine> {
  const { PURSER_TEST_DOCKER } = process.env
  if (PURSER_TEST_DOCKER !== undefined) return await borrowEngine(PURSER_TEST_DOCKER)
  const missing = missingFor()
  if (missing !== undefined) throw new Error(missing)
  const folder = shortFolder()
  const host = `unix://${folder}/docker.sock`
  const docker = dockerCommand(host)
  const daemon = spawnEngine(folder, host)
  if (!(await answers(docker, daemon))) {
    const sentence = explainFailure(readFileSync(path.join(folder, 'log'), 'utf8'))
    await stopEngine(daemon)
    rmSync(folder, { recursive: true, force: true })
    throw new Error(sentence)
  }
  return {
    host,
    async [Symbol.asyncDispose]() {
      try {
        await removeContainers(docker)
      } finally {
        await stopEngine(daemon)
        rmSync(folder, { recursive: true, force: true })
      }
    },
  }
}

async function borrowEngine(host: string): Promise<Engine> {
  await dockerCommand(host)('version').catch((error: Error) => {
    throw new Error(`PURSER_TEST_DOCKER is ${host}, and no Docker Engine answers there: ${error.message}`)
  })
  return { host, [Symbol.asyncDispose]: async () => undefined }
}

/** An engine has sockets in its folder, and a socket's path has 107 bytes at most. */
function shortFolder(): string {
  return mkdtempSync(path.join(tmpdir().length < 50 ? tmpdir() : '/tmp', 'pe-'))
}

function spawnEngine(folder: string, host: string): ChildProcess {
  const settings = {
    'data-root': path.join(folder, 'data'),
    'exec-root': path.join(folder, 'exec'),
    hosts: [host],
    pidfile: path.join(folder, 'pid'),
    // Seconds for the containers to end in, if we have not removed them.
    'shutdown-timeout': 2,
  }
  writeFileSync(path.join(folder, 'daemon.json'), JSON.stringify(settings))
  writeFileSync(path.join(folder, 'log'), '')
  // In a session of its own, so that Ctrl-C reaches only us; and SIGTERM comes also when we are killed.
  const privately = ['--mount', '--net', '--propagation', 'slave', 'setpriv', '--pdeathsig', 'TERM']
  return spawn('unshare', [...privately, 'sh', script, folder], {
    detached: true,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}

async function answers(docker: DockerCommand, daemon: ChildProcess): Promise<boolean> {
  const deadline = Date.now() + startMs
  while (daemon.exitCode === null && daemon.signalCode === null && Date.now() < deadline) {
    const there = await docker('version').then(
      () => true,
      () => false,
    )
    if (there) return true
    await sleep(50)
  }
  return false
}

async function removeContainers(docker: DockerCommand): Promise<void> {
  const ids = await docker('ps', '--all', '--quiet')
  if (ids !== '') await docker('rm', '--force', '--volumes', ...ids.split('\n'))
}

async function stopEngine(daemon: ChildProcess): Promise<void> {
  if (daemon.exitCode !== null || daemon.signalCode !== null) return
  const exited = once(daemon, 'exit')
  daemon.kill('SIGTERM')
  const impatience = new AbortController()
  const patience = sleep(stopMs, undefined, { signal: impatience.signal }).then(() => daemon.kill('SIGKILL'))
  await exited
  impatience.abort()
  await patience.catch(() => undefined)
}
