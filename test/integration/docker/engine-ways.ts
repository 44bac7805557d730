import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import path from 'node:path'
import { createServer as createTlsServer } from 'node:tls'
import { dockerHost } from '../../support/docker/docker.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

/** A way to this test run's engine. */
export interface Way extends AsyncDisposable {
  readonly host: string
  /** Those of whoever uses it. */
  readonly variables: Readonly<Record<string, string>>
  /** How many connections were made. */
  connections(): number
  /** How many there are. */
  open(): number
  /** Breaks all that there are. */
  cut(): void
}

/** The engine's own socket, as a connection. */
function connectToEngine(): Socket {
  const host = dockerHost()
  if (host.startsWith('unix://')) return connect({ path: host.slice('unix://'.length), allowHalfOpen: true })
  const { hostname, port } = new URL(host)
  return connect({ host: hostname, port: Number(port), allowHalfOpen: true })
}

function join(one: Socket, other: Socket): void {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.pipe(to)
    from.on('error', () => to.destroy())
    from.on('close', () => to.destroy())
  }
}

/** Another socket in front of the engine's. */
export async function overUnix(): Promise<Way> {
  const temporary = temporaryFolder()
  const socket = path.join(temporary.folder, 'docker.sock')
  const server = createServer({ allowHalfOpen: true }, (client) => join(client, connectToEngine()))
  return await wayThrough(server.listen(socket), () => `unix://${socket}`, {}, temporary)
}

export async function overTcp(): Promise<Way> {
  const server = createServer({ allowHalfOpen: true }, (client) => join(client, connectToEngine()))
  return await wayThrough(server.listen(0, '127.0.0.1'), (port) => `tcp://127.0.0.1:${port}`, {})
}

/** TLS that asks for a certificate; `certificates/` has what a user needs, `others/` what another authority gives. */
export async function overTls(): Promise<Way & { readonly folder: string }> {
  const temporary = temporaryFolder()
  const [ours = '', others = ''] = ['certificates', 'others'].map((name) => path.join(temporary.folder, name))
  for (const folder of [ours, others]) makeCertificates(folder)
  const read = (name: string) => readFileSync(path.join(ours, name))
  const files = { ca: read('ca.pem'), cert: read('server.pem'), key: read('server-key.pem') }
  const server = createTlsServer({ ...files, requestCert: true, allowHalfOpen: true }, (client) =>
    join(client, connectToEngine()),
  )
  server.on('tlsClientError', () => {})
  const variables = { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: ours }
  const way = await wayThrough(
    server.listen(0, '127.0.0.1'),
    (port) => `tcp://127.0.0.1:${port}`,
    variables,
    temporary,
  )
  return { ...way, folder: temporary.folder }
}

/** A program in ssh's place on PATH, which writes down its arguments and is the connection. The engine is the real one. */
export async function overSsh(host = 'ssh://me@far.example:2222'): Promise<Way & { calls(): string[][] }> {
  const front = await overUnix()
  const temporary = temporaryFolder()
  const calls = path.join(temporary.folder, 'calls')
  const variables = { PATH: temporary.folder }
  writeSsh(temporary.folder, [
    `#!${process.execPath}`,
    `require('node:fs').appendFileSync(${JSON.stringify(calls)}, JSON.stringify(process.argv.slice(2)) + '\\n')`,
    `const engine = require('node:net').connect({ path: ${JSON.stringify(front.host.slice('unix://'.length))}, allowHalfOpen: true })`,
    'process.stdin.pipe(engine).pipe(process.stdout)',
    "engine.on('end', () => process.exit(0))",
    "engine.on('error', () => process.exit(1))",
  ])
  return {
    ...front,
    host,
    variables,
    calls: () =>
      existsSync(calls)
        ? readFileSync(calls, 'utf8')
            .trim()
            .split('\n')
            .map((line) => JSON.parse(line))
        : [],
    async [Symbol.asyncDispose]() {
      await front[Symbol.asyncDispose]()
      temporary[Symbol.dispose]()
    },
  }
}

/** Puts a program named ssh into a folder. */
export function writeSsh(folder: string, lines: readonly string[]): void {
  const file = path.join(folder, 'ssh')
  writeFileSync(file, lines.join('\n'))
  chmodSync(file, 0o755)
}

/** Something else than an engine, at a socket: it says this and hangs up. */
export async function answering(text: string): Promise<Way> {
  const temporary = temporaryFolder()
  const socket = path.join(temporary.folder, 'docker.sock')
  const server = createServer((client) => {
    client.on('error', () => {})
    client.once('data', () => client.end(text))
  })
  return await wayThrough(server.listen(socket), () => `unix://${socket}`, {}, temporary)
}

async function wayThrough(
  server: Server,
  hostOf: (port: number) => string,
  variables: Way['variables'],
  temporary?: Disposable,
): Promise<Way> {
  const open = new Set<Socket>()
  let count = 0
  server.on('connection', (client: Socket) => {
    count += 1
    open.add(client.on('close', () => open.delete(client)))
  })
  const cut = () => {
    for (const client of open) client.destroy()
  }
  await once(server, 'listening')
  const address = server.address()
  return {
    host: hostOf(typeof address === 'object' ? ((address as AddressInfo).port ?? 0) : 0),
    variables,
    connections: () => count,
    open: () => open.size,
    cut,
    async [Symbol.asyncDispose]() {
      cut()
      server.close()
      await once(server, 'close')
      temporary?.[Symbol.dispose]()
    },
  }
}

function makeCertificates(folder: string): void {
  mkdirSync(folder, { recursive: true })
  const certify = (name: string, key: string, ...options: readonly string[]) =>
    execFileSync(
      'openssl',
      [
        ...[
          'req',
          '-x509',
          '-newkey',
          'ec',
          '-pkeyopt',
          'ec_paramgen_curve:prime256v1',
          '-nodes',
          '-days',
          '2',
        ],
        ...[
          '-subj',
          `/CN=${name} of ${path.basename(folder)}`,
          '-keyout',
          key,
          '-out',
          `${name}.pem`,
          ...options,
        ],
      ],
      { cwd: folder, stdio: 'pipe' },
    )
  certify('ca', 'ca-key.pem')
  const byAuthority = ['-CA', 'ca.pem', '-CAkey', 'ca-key.pem']
  certify('server', 'server-key.pem', ...byAuthority, '-addext', 'subjectAltName=IP:127.0.0.1')
  certify('cert', 'key.pem', ...byAuthority)
}
