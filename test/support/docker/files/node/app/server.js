import { createServer } from 'node:http'
import { hostname } from 'node:os'

const server = createServer((_request, response) => {
  const { COLOUR } = process.env
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ hostname: hostname(), pid: process.pid, COLOUR }))
})

server.listen(3000, () => console.log('The app serves on port 3000.'))
process.on('SIGTERM', () => process.exit(0))
