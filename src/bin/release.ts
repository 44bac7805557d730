import { answer } from '../release-side/answer.ts'
import { work } from '../release-side/work.ts'

const parts: Readonly<Record<string, () => Promise<void>>> = { answer, work }
const part = parts[process.argv[2] ?? '']

if (part === undefined) {
  console.error('This is the side of purser that runs inside a twin of the app; start `purser` instead.')
  process.exit(80)
}
await part()
