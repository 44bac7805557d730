import { it } from 'vitest'
import { roundMs, rounds } from './batches/how-much.ts'
import { playRounds } from './batches/rounds.ts'
import { embedded } from './batches/transports/embedded.ts'

it(
  `[2] [4] [5] ${rounds} batches are done exactly once over the embedded queue, whatever dies, freezes or is cut`,
  () => playRounds(embedded()),
  rounds * roundMs,
)
