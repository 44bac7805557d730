import { it } from 'vitest'
import { roundMs, rounds } from './batches/how-much.ts'
import { playRounds } from './batches/rounds.ts'
import { sqs } from './batches/transports/sqs.ts'

it(
  `[1] [2] [3] [10] ${rounds} batches are done exactly once over Amazon SQS, whatever becomes of its messages`,
  async () => playRounds(await sqs()),
  rounds * roundMs,
)
