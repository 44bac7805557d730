import { hostname } from 'node:os'
import { defineScript } from 'purser'

export default defineScript({
  name: 'hello',
  summary: 'Says where it runs.',
  run() {
    console.log(`Hello from ${hostname()}, on Node ${process.versions.node}.`)
  },
})
