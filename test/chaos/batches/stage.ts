import { type Postgres, startPostgres } from '../../support/postgres.ts'
import { type PostgresProxy, startPostgresProxy } from '../../support/postgres-proxy.ts'
import { makeProject } from '../../support/project.ts'
import type { Act } from './act.ts'
import { writeProject } from './project.ts'

/** How hints get from a batch's lead to its workers, and what can befall them there. */
export interface Transport extends AsyncDisposable {
  readonly name: string
  /** The key of an environment's configuration, `queue: …,`; empty where there is none. */
  readonly configuration: string
  /** What the app has in its environment, for its twins. */
  readonly variables: Readonly<Record<string, string>>
  readonly acts: readonly Act[]
  /** Everything is as it should be, and nothing is on the queue. */
  restore(): Promise<void>
  /** How many messages are on the queue, those that somebody holds among them. */
  left(): Promise<number>
  /**
   * Takes off what came back when its batch was over already, as whoever is there next does: a message that a
   * worker was killed or frozen with may come back by time alone. Whatever else is there stays.
   */
  takeOff?(run: string): Promise<void>
}

/** Where rounds are played: an app, its database behind a proxy, and a transport. */
export interface Stage extends AsyncDisposable {
  readonly folder: string
  /** Of the database, through the proxy: what the app has as `DATABASE_URL`. */
  readonly url: string
  readonly database: Postgres
  readonly proxy: PostgresProxy
  readonly transport: Transport
  /** One at a time: a server that is down already can't be stopped. */
  outage(work: () => Promise<void>): Promise<void>
  /** Whether one is under way. */
  isOut(): boolean
}

export async function setStage(transport: Transport): Promise<Stage> {
  const database = await startPostgres('chaos-of-batches-7342')
  const proxy = await startPostgresProxy(database.port)
  const project = makeProject()
  writeProject(project, transport.configuration)
  const url = new URL(database.url())
  url.port = String(proxy.port)
  await project.startApp({ DATABASE_URL: url.href, ...transport.variables })
  let last = Promise.resolve()
  let outages = 0
  return {
    folder: project.folder,
    url: url.href,
    database,
    proxy,
    transport,
    outage(work) {
      outages += 1
      const mine = last.then(work).finally(() => {
        outages -= 1
      })
      last = mine.catch(() => {})
      return mine
    },
    isOut: () => outages > 0,
    async [Symbol.asyncDispose]() {
      await project[Symbol.asyncDispose]()
      await proxy[Symbol.asyncDispose]()
      await database[Symbol.asyncDispose]()
      await transport[Symbol.asyncDispose]()
    },
  }
}
