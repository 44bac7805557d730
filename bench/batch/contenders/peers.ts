import type { Stage } from './contender.ts'
import { peer } from './peer.ts'

const onPostgres =
  (settings: object) =>
  async ({ services }: Stage) => ({ url: services.postgres.url, ...settings })

export const pgBoss = peer({
  name: 'pg-boss, ten a fetch',
  program: 'pg-boss',
  place: onPostgres({ options: { batchSize: 10, burstWhenBatchFull: true } }),
})

/** It looks for one every two seconds. */
export const pgBossDefault = peer({
  name: 'pg-boss, default',
  program: 'pg-boss',
  sample: 8,
  place: onPostgres({ options: {} }),
})

export const graphileWorker = peer({
  name: 'graphile-worker, default',
  program: 'graphile-worker',
  place: onPostgres({ options: {} }),
})

export const graphileWorkerLocal = peer({
  name: 'graphile-worker, local queue',
  program: 'graphile-worker',
  place: onPostgres({ options: { localQueue: { size: 50 }, completeJobBatchDelay: 0 } }),
})

export const bullMq = peer({
  name: 'BullMQ on Redis',
  program: 'bullmq',
  place: async ({ services }) => ({ url: services.postgres.url, port: (await services.redis()).port }),
})
