import { once } from 'node:events'
import { createServer } from 'node:http'
import { openDatabase } from './database.ts'
import { countOrders } from './orders.ts'

const database = openDatabase()

const server = createServer(async (_request, response) => {
  const { status, body } = await answer()
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`)
})

async function answer(): Promise<{ readonly status: number; readonly body: unknown }> {
  try {
    return { status: 200, body: { currency: process.env.CURRENCY, orders: await countOrders(database) } }
  } catch (error) {
    console.error(error)
    return { status: 503, body: { problem: 'The shop has no orders; its log says why.' } }
  }
}

server.listen(3000)
await once(server, 'listening')
console.log('The shop serves on port 3000.')

await once(process, 'SIGTERM')
server.close()
await database.end()
