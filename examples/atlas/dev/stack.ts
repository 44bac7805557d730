import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Credentials, makeCredentials, readCredentials } from './credentials.ts'
import { kept, root } from './folders.ts'
import { freePort } from './port.ts'
import { startPostgres } from './postgres.ts'
import { type LongRunning, startProcess } from './process.ts'

/** Atlas at work: the app and its database. */
export interface Stack extends AsyncDisposable {
  /** The app's, such as `http://127.0.0.1:4000`. */
  readonly address: string
  readonly databaseUrl: string
  readonly credentials: Credentials
  /** Resolves when the app or its database has ended. */
  readonly ended: Promise<void>
}

/** Starts PostgreSQL and then the app; disposing of it stops them the other way round. */
export async function startStack(port?: number): Promise<Stack> {
  await mkdir(kept, { recursive: true })
  const credentials = (await readCredentials()) ?? (await makeCredentials())
  await using undo = new AsyncDisposableStack()
  const { server, url } = await startPostgres(credentials)
  undo.defer(() => server.stop('SIGINT'))
  const appPort = port ?? (await freePort())
  const app = await startApp(appPort, url, credentials)
  undo.defer(() => app.stop('SIGTERM'))
  const started = undo.move()
  return {
    address: `http://127.0.0.1:${appPort}`,
    databaseUrl: url,
    credentials,
    ended: Promise.race([app.ended, server.ended]),
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  }
}

async function startApp(port: number, url: string, { token }: Credentials): Promise<LongRunning> {
  const { PATH, HOME, LANG } = process.env
  return await startProcess({
    name: 'Atlas',
    argv: [process.execPath, 'server.ts'],
    folder: root,
    variables: { PATH, HOME, LANG, DATABASE_URL: url, PORT: String(port), ATLAS_API_TOKEN: token },
    log: join(kept, 'atlas.log'),
    ready: /^Atlas serves on /,
  })
}
