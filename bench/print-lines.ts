/** Prints as many numbered lines as its argument says, as fast as they are taken. */
import { once } from 'node:events'

const total = Number(process.argv[2])
const block = 1_000

for (let from = 0; from < total; from += block) {
  const lines = Array.from(
    { length: Math.min(block, total - from) },
    (_, i) => `line ${from + i} of ${total}\n`,
  )
  if (!process.stdout.write(lines.join(''))) await once(process.stdout, 'drain')
}
