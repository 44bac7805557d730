import { once } from 'node:events'
import { claimAtlas } from './dev/claim.ts'
import { startStack } from './dev/stack.ts'

// Starts Atlas and its database in the foreground, until Ctrl-C. What it keeps is there again the next time.

const { PORT } = process.env
const interrupted = Promise.race(['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => once(process, signal)))

try {
  await claimAtlas({ fresh: false })
  await using stack = await startStack(PORT === undefined ? undefined : Number(PORT))
  const database = new URL(stack.databaseUrl).host
  console.log(`Atlas serves on ${stack.address}, its database on ${database}. Ctrl-C stops both.`)
  await Promise.race([interrupted, stack.ended])
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
}
