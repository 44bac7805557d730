import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import path from 'node:path'
import type { Duplex } from 'node:stream'
import { dockerHost } from '../../../support/docker/docker.ts'
import { temporaryFolder } from '../../../support/temporary-folder.ts'

/** One request to the engine, and all that went each way for it. */
export interface Exchange {
  /** `POST /containers/create`, without the version and the query. */
  readonly what: string
  readonly sent: () => string
  readonly received: () => string
}

export interface EngineTap extends AsyncDisposable {
  /** The address at which the engine answers through the tap. */
  readonly host: string
  readonly exchanges: readonly Exchange[]
}

/** Stands between Purser and the engine, and keeps every byte. */
export async function tapEngine(): Promise<EngineTap> {
  const temporary = temporaryFolder()
  const socket = path.join(temporary.folder, 'docker.sock')
  const engine = dockerHost().replace(/^unix:\/\//, '')
  const exchanges: Exchange[] = []
  const connections = new Set<Duplex>()
  const server = createServer((asked, answer) => pass(asked, answer, engine, begin(exchanges, asked)))
  server.on('upgrade', (asked, client, head) => {
    const kept = begin(exchanges, asked)
    const upstream = connect(engine)
    for (const side of [client, upstream]) {
      connections.add(side)
      side.on('error', () => {}) // either side may end at once
      side.on('close', () => {
        client.destroy()
        upstream.destroy()
      })
    }
    upstream.write(headOf(asked))
    upstream.write(head)
    kept.sent.push(head)
    client.on('data', (bytes: Buffer) => kept.sent.push(bytes))
    upstream.on('data', (bytes) => kept.received.push(Buffer.from(bytes)))
    client.pipe(upstream)
    upstream.pipe(client)
  })
  server.listen(socket)
  await once(server, 'listening')
  return {
    host: `unix://${socket}`,
    exchanges,
    async [Symbol.asyncDispose]() {
      for (const connection of connections) connection.destroy()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
      temporary[Symbol.dispose]()
    },
  }
}

interface Kept {
  readonly sent: Buffer[]
  readonly received: Buffer[]
}

function begin(exchanges: Exchange[], { method, url = '' }: IncomingMessage): Kept {
  const kept: Kept = { sent: [Buffer.from(url)], received: [] }
  exchanges.push({
    what: `${method} ${url.replace(/^\/v[\d.]+/, '').replace(/\?.*$/, '')}`,
    sent: () => Buffer.concat(kept.sent).toString(),
    received: () => Buffer.concat(kept.received).toString(),
  })
  return kept
}

function pass(asked: IncomingMessage, answer: ServerResponse, engine: string, kept: Kept): void {
  const { method, url: path, headers } = asked
  const upstream = request({ socketPath: engine, method, path, headers }, (response) => {
    answer.writeHead(response.statusCode ?? 500, response.headers)
    response.on('data', (bytes: Buffer) => kept.received.push(bytes))
    response.pipe(answer)
  })
  upstream.on('error', () => answer.destroy())
  answer.on('close', () => upstream.destroy())
  asked.on('data', (bytes: Buffer) => kept.sent.push(bytes))
  asked.pipe(upstream)
}

function headOf({ method, url, rawHeaders }: IncomingMessage): string {
  const lines = [`${method} ${url} HTTP/1.1`]
  for (let at = 0; at < rawHeaders.length; at += 2) lines.push(`${rawHeaders[at]}: ${rawHeaders[at + 1]}`)
  return `${lines.join('\r\n')}\r\n\r\n`
}
