import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { chmodSync, mkdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, isIPv4 } from 'node:net'
import { networkInterfaces } from 'node:os'
import path from 'node:path'
import { type Postgres, startPostgres } from '../../support/postgres.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

/** What an app could reach on this machine, each of which tells who came. */
export interface Production extends AsyncDisposable {
  readonly postgres: Postgres
  /** The folder of its Unix socket. */
  readonly socketFolder: string
  /** All that its server has logged. */
  log(): string
  /** Of HTTP, on every address of this machine. */
  readonly sinkPort: number
  /** Of datagrams, on every address of this machine. */
  readonly datagramPort: number
  /** Paths that were asked for, and datagrams. */
  readonly sunk: readonly string[]
}

/** An address of this machine that is not its loopback. */
export function machineAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  const found = all.find(({ address, internal }) => !internal && isIPv4(address))
  if (found === undefined) throw new Error('This machine has no address but its loopback.')
  return found.address
}

/** Starts it; a production by another name has a database of its own. */
export async function startProduction(): Promise<Production> {
  const temporary = temporaryFolder()
  chmodSync(temporary.folder, 0o755)
  const socketFolder = path.join(temporary.folder, 'shared')
  mkdirSync(socketFolder)
  chmodSync(socketFolder, 0o777)
  const postgres = await startPostgres('production-password', {
    settings: [
      'listen_addresses=*',
      `unix_socket_directories=${socketFolder}`,
      'log_connections=on',
      'log_statement=all',
      'log_checkpoints=off', // what is logged is somebody's doing
    ],
  })
  const [{ data_directory: data } = {}] = await postgres.query('show data_directory')
  const sunk: string[] = []
  const sink = createServer((request, response) => {
    sunk.push(request.url ?? '')
    response.end('ok')
  }).listen(0, '::')
  const datagrams = createSocket('udp6').on('message', (message) => sunk.push(message.toString()))
  datagrams.bind(0, '::')
  await Promise.all([once(sink, 'listening'), once(datagrams, 'listening')])
  return {
    postgres,
    socketFolder,
    log: () => readFileSync(path.join(String(data), '../postgres.log'), 'utf8'),
    sinkPort: (sink.address() as AddressInfo).port,
    datagramPort: datagrams.address().port,
    sunk,
    async [Symbol.asyncDispose]() {
      sink.closeAllConnections()
      sink.close()
      datagrams.close()
      await postgres[Symbol.asyncDispose]()
      temporary[Symbol.dispose]()
    },
  }
}
