import { it } from 'vitest'
import { roundMs, rounds } from './batches/how-much.ts'
import { playRounds } from './batches/rounds.ts'
import { rabbitmq } from './batches/transports/rabbitmq.ts'

it(
  `[1] [2] [3] [10] ${rounds} batches are done exactly once over RabbitMQ, whatever becomes of its broker`,
  async () => playRounds(await rabbitmq()),
  rounds * roundMs,
)
