import { freePort } from '../../../examples/atlas/dev/port.ts'
import { startProcess } from '../../../examples/atlas/dev/process.ts'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'

export interface Redis extends AsyncDisposable {
  readonly port: number
}

/** Starts a Redis of its own that loses a second at most when it dies, as BullMQ's manual asks for. */
export async function startRedis(): Promise<Redis> {
  const temporary = temporaryFolder()
  const { folder } = temporary
  const port = await freePort()
  const server = await startProcess({
    name: 'Redis',
    argv: [
      'redis-server',
      ...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder],
      ...[
        '--appendonly',
        'yes',
        '--appendfsync',
        'everysec',
        '--save',
        '',
        '--maxmemory-policy',
        'noeviction',
      ],
    ],
    folder,
    variables: process.env,
    log: `${folder}/redis.log`,
    ready: /Ready to accept connections/,
  })
  return {
    port,
    async [Symbol.asyncDispose]() {
      await server.stop('SIGKILL')
      temporary[Symbol.dispose]()
    },
  }
}
