import { once } from 'node:events'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { createFirstTable, openDatabase } from './database.ts'
import { answer } from './routes.ts'
import { readSettings } from './settings.ts'

const folder = join(import.meta.dirname, 'var')
const pidFile = join(folder, 'atlas.pid')

const settings = readSettings()
const database = openDatabase(settings.DATABASE_URL)
const atlas = { database, token: settings.ATLAS_API_TOKEN, extract: join(folder, 'places.tsv') }

const server = createServer(async (request, response) => {
  const { status, body } = await answer(atlas, request).catch((error: unknown) => {
    console.error(error)
    return { status: 500, body: { problem: 'Atlas failed; its log says why.' } }
  })
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`)
})

async function stop(): Promise<void> {
  await rm(pidFile, { force: true })
  server.close()
  await once(server, 'close')
  await database.end()
  console.log('Atlas has stopped.')
}

await createFirstTable(database)
server.listen(settings.PORT, '127.0.0.1')
await once(server, 'listening')
process.once('SIGTERM', stop)
process.once('SIGINT', stop)
await mkdir(folder, { recursive: true })
await writeFile(pidFile, `${process.pid}\n`)
console.log(`Atlas serves on http://127.0.0.1:${settings.PORT}`)
