import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { freePort } from '../../examples/atlas/dev/port.ts'
import { type LongRunning, startProcess } from '../../examples/atlas/dev/process.ts'
import { certificates, type TlsFiles } from './rabbitmq/certificates.ts'
import { temporaryFolder } from './temporary-folder.ts'

const run = promisify(execFile)

/** Debian's own wrappers in /usr/sbin want its user and its service; these are the programs behind them. */
const programs = '/usr/lib/rabbitmq/bin'

interface UrlParts {
  readonly user?: string
  readonly password?: string
  readonly vhost?: string
}

export interface RabbitMq extends AsyncDisposable {
  readonly port: number
  /** The password of the user `purser`, an administrator: it must be seen nowhere. */
  readonly password: string
  /** Each part is the one that is right unless stated. */
  url(parts?: UrlParts): string
  /** Through TLS. */
  readonly tls: TlsFiles & { url(): string }
  /** `rabbitmqctl`, to its stdout. */
  control(...args: readonly string[]): Promise<string>
  /** Ends it at once, as a power cut does. Its data stay. */
  kill(): Promise<void>
  /** Starts it again, after a `kill`. */
  start(): Promise<void>
  /** Stops its processes where they are, and lets them go on. */
  freeze(): void
  thaw(): void
}

/** Starts a RabbitMQ of its own, with ports, a node name and a folder that no other has; its data go with it. */
export async function startRabbitMq(): Promise<RabbitMq> {
  const program = path.join(programs, 'rabbitmq-server')
  if (!existsSync(program)) {
    throw new Error(
      `There is no ${program}: install rabbitmq-server with .ci/install-tools, which Debian has.`,
    )
  }
  const temporary = temporaryFolder()
  const { folder } = temporary
  const [port, tlsPort, distributionPort, mapperPort] = await freePorts(4)
  const tls = await certificates(path.join(folder, 'tls'))
  const password = 'p/w:with@odd%characters'
  const variables = layOut(folder, { port, tlsPort, distributionPort, mapperPort, tls })
  const mapper = await startMapper(mapperPort, variables)
  let server: LongRunning | undefined

  const start = async () => {
    server = await startProcess({
      name: 'RabbitMQ',
      argv: [program],
      folder,
      variables,
      log: path.join(folder, 'output.log'),
      ready: /completed with \d+ plugins/,
    })
  }
  const signal = (name: NodeJS.Signals) => {
    // The group: a shell, the virtual machine and its helpers.
    if (server !== undefined) process.kill(-server.pid, name)
  }
  const kill = async () => {
    signal('SIGKILL')
    await server?.ended
    server = undefined
  }
  const control = async (...args: readonly string[]) => {
    const { stdout } = await run(path.join(programs, 'rabbitmqctl'), args, { env: variables })
    return stdout
  }
  const urlOf = (scheme: string, host: string, parts: UrlParts = {}) => {
    const { user = 'purser', password: word = password, vhost = '/' } = parts
    return `${scheme}://${[user, word].map(encodeURIComponent).join(':')}@${host}/${encodeURIComponent(vhost)}`
  }
  const dispose = async () => {
    await kill()
    mapper.kill('SIGKILL')
    temporary[Symbol.dispose]()
  }
  try {
    await start()
    await control('add_user', 'purser', password)
    await control('set_user_tags', 'purser', 'administrator')
    await control('set_permissions', 'purser', '.*', '.*', '.*')
  } catch (error) {
    const log = path.join(folder, 'output.log')
    console.error(existsSync(log) ? readFileSync(log, 'utf8').slice(-4_000) : 'RabbitMQ printed nothing.')
    await dispose()
    throw error
  }
  return {
    port,
    password,
    url: (parts) => urlOf('amqp', `127.0.0.1:${port}`, parts),
    tls: { ...tls, url: () => urlOf('amqps', `localhost:${tlsPort}`) },
    control,
    kill,
    start,
    freeze: () => signal('SIGSTOP'),
    thaw: () => signal('SIGCONT'),
    [Symbol.asyncDispose]: dispose,
  }
}

interface Layout {
  readonly port: number
  readonly tlsPort: number
  readonly distributionPort: number
  readonly mapperPort: number
  readonly tls: TlsFiles
}

/** Everything that RabbitMQ would look for or leave anywhere on the machine, in this folder. */
function layOut(folder: string, { port, tlsPort, distributionPort, mapperPort, tls }: Layout) {
  const inFolder = (name: string, content: string) => {
    writeFileSync(path.join(folder, name), content)
    return path.join(folder, name)
  }
  mkdirSync(path.join(folder, 'home'))
  return {
    PATH: process.env.PATH,
    HOME: path.join(folder, 'home'),
    LC_ALL: 'C.UTF-8',
    ERL_EPMD_PORT: String(mapperPort),
    RABBITMQ_NODENAME: `purser-${port}@localhost`,
    RABBITMQ_NODE_PORT: String(port),
    RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    RABBITMQ_DIST_PORT: String(distributionPort),
    RABBITMQ_MNESIA_BASE: path.join(folder, 'data'),
    RABBITMQ_LOG_BASE: path.join(folder, 'log'),
    RABBITMQ_LOGS: '-',
    RABBITMQ_CONF_ENV_FILE: inFolder('environment', ''),
    RABBITMQ_ENABLED_PLUGINS_FILE: inFolder('plugins', '[].'),
    RABBITMQ_CONFIG_FILE: inFolder(
      'rabbitmq.conf',
      [
        `listeners.ssl.default = 127.0.0.1:${tlsPort}`,
        `ssl_options.certfile = ${tls.certificate}`,
        `ssl_options.keyfile = ${tls.key}`,
        'ssl_options.verify = verify_none',
        'disk_free_limit.absolute = 1MB',
        '',
      ].join('\n'),
    ),
  }
}

/** Erlang's port mapper, which RabbitMQ would otherwise start and leave behind. */
async function startMapper(port: number, variables: NodeJS.ProcessEnv) {
  const mapper = spawn('epmd', ['-port', String(port)], { env: variables, stdio: 'ignore' })
  await once(mapper, 'spawn')
  return mapper
}

async function freePorts<const N extends number>(count: N) {
  const ports = new Set<number>()
  while (ports.size < count) ports.add(await freePort())
  return [...ports] as unknown as [number, number, number, number]
}
