import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { docker, dockerHost } from './docker.ts'
import { dockerVariables } from './docker-command.ts'

/** The part of what `docker inspect` says that tests look at. */
interface ContainerState {
  readonly Id: string
  readonly Name: string
  readonly Image: string
  readonly RestartCount: number
  readonly State: {
    readonly Status: string
    readonly Running: boolean
    /** Of its first process, seen from the tests; 0 once it has ended. */
    readonly Pid: number
    readonly ExitCode: number
    readonly OOMKilled: boolean
    readonly Health?: object
  }
  readonly Config: {
    readonly Hostname: string
    readonly Domainname: string
    readonly User: string
    readonly Image: string
    readonly WorkingDir: string
    readonly Env: readonly string[] | null
    readonly Cmd: readonly string[] | null
    readonly Entrypoint: readonly string[] | null
    readonly Labels: Readonly<Record<string, string>> | null
    readonly Healthcheck?: object
  }
  readonly HostConfig: Readonly<Record<string, unknown>>
  readonly Mounts: readonly { readonly Type: string; readonly Destination: string }[]
  readonly NetworkSettings: {
    readonly Ports: Readonly<Record<string, unknown>>
    readonly Networks: Readonly<
      Record<
        string,
        {
          readonly IPAddress: string
          readonly Aliases: readonly string[] | null
          readonly IPAMConfig: { readonly IPv4Address?: string } | null
        }
      >
    >
  }
}

export interface Container extends AsyncDisposable {
  readonly id: string
  readonly name: string
  inspect(): Promise<ContainerState>
  /** Runs a command in it, and resolves to its stdout; rejects with its stderr. */
  exec(...argv: readonly string[]): Promise<string>
  /** Everything that it has printed on stdout. */
  logs(): Promise<string>
  /** Resolves once it has printed this; rejects when it ends without. */
  printed(text: string): Promise<void>
  /** Ends it at once, and removes it with its anonymous volumes. */
  remove(): Promise<void>
}

/**
 * Starts a container in the background, by the arguments of `docker run`: options, image, command. It has a name of its
 * own unless they name it, and goes with the test.
 */
export async function runContainer(args: readonly string[]): Promise<Container> {
  const name = nameIn(args) ?? `purser-test-${randomBytes(5).toString('hex')}`
  const remove = async () => {
    await docker('rm', '--force', '--volumes', name)
  }
  const id = await docker('run', '--detach', '--name', name, ...args).catch(async (error: unknown) => {
    // One that could not start is there all the same.
    await remove().catch(() => undefined)
    throw error
  })
  return {
    id,
    name,
    inspect: async () => JSON.parse(await docker('inspect', '--format', '{{json .}}', id)),
    exec: (...argv) => docker('exec', id, ...argv),
    logs: () => docker('logs', id),
    printed: (text) => untilItPrinted(id, text),
    remove,
    // The test may have removed it.
    [Symbol.asyncDispose]: () => remove().catch(() => undefined),
  }
}

/** Containers, networks and volumes of an engine beside those that every engine has, such as `container shop_web_1`. */
export async function leftovers(): Promise<readonly string[]> {
  const containers = lines(await docker('ps', '--all', '--format', 'container {{.Names}}'))
  const networks = lines(await docker('network', 'ls', '--format', 'network {{.Name}}'))
  const volumes = lines(await docker('volume', 'ls', '--format', 'volume {{.Name}}'))
  const standard = ['network bridge', 'network host', 'network none']
  return [...containers, ...networks, ...volumes].filter((name) => !standard.includes(name)).sort()
}

function nameIn(args: readonly string[]): string | undefined {
  const at = args.indexOf('--name')
  return at === -1 ? undefined : args[at + 1]
}

/** Resolves once a container has printed this; rejects when it ends without. */
export async function untilItPrinted(id: string, text: string): Promise<void> {
  const child = spawn('docker', ['logs', '--follow', id], {
    env: dockerVariables(dockerHost()),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const closed = once(child, 'close')
  let seen = ''
  const found = new Promise<true>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        seen += chunk
        if (seen.includes(text)) resolve(true)
      })
    }
  })
  const wasFound = await Promise.race([found, closed.then(() => false)])
  child.kill()
  await closed
  if (!wasFound) throw new Error(`Container ${id} ended without "${text}"; it printed: ${seen}`)
}

function lines(text: string): readonly string[] {
  return text.split('\n').filter(Boolean)
}
