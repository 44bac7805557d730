/** A part of the house: what it holds, and which other parts it may import. Within a part everything may. */
export interface Room {
  readonly floor: number
  /** Folders and files below src/. `*` is one folder, each of which is a room of its own. */
  readonly holds: readonly string[]
  readonly mayImport: readonly RoomName[]
}

export type RoomName = keyof typeof rooms

const ground = ['core', 'tasks', 'environment', 'runs', 'contracts'] as const
const middle = ['migrations', 'batches', 'gates', 'guards', 'release side'] as const
const upper = ['operations', 'config', 'pipelines', 'testing'] as const

const rooms = {
  core: { floor: 0, holds: ['core/'], mayImport: [] },

  tasks: { floor: 1, holds: ['tasks/'], mayImport: ['core'] },
  environment: { floor: 1, holds: ['environment/'], mayImport: ['core'] },
  runs: { floor: 1, holds: ['runs/'], mayImport: ['core', 'tasks', 'environment'] },

  contracts: {
    floor: 2,
    holds: [
      'databases/database.ts',
      'databases/clone.ts',
      'databases/inspector.ts',
      'databases/lock-modes.ts',
      'databases/table-work.ts',
      'databases/wire.ts',
      'ledger/ledger.ts',
      'ledger/chain.ts',
      'databases/slice-ledger.ts',
      'queues/queue.ts',
      'queues/hint-codec.ts',
      'executors/executor.ts',
    ],
    mayImport: ['core', 'tasks', 'environment', 'runs'],
  },

  // What holds an attempt and outlives whoever started it: the executors share it.
  supervision: {
    floor: 2,
    holds: ['supervision/'],
    mayImport: ground,
  },

  backends: {
    floor: 3,
    holds: ['databases/*/', 'ledger/*/', 'queues/*/', 'executors/*/'],
    mayImport: [...ground, 'supervision'],
  },

  migrations: { floor: 4, holds: ['migrations/'], mayImport: ground },
  batches: { floor: 4, holds: ['batches/'], mayImport: ground },
  gates: { floor: 4, holds: ['gates/'], mayImport: [...ground, 'migrations', 'batches'] },
  guards: { floor: 4, holds: ['guards/'], mayImport: [...ground, 'migrations', 'batches'] },
  'release side': { floor: 4, holds: ['release-side/'], mayImport: [...ground, 'migrations', 'batches'] },

  config: { floor: 5, holds: ['config/'], mayImport: [...ground, ...middle] },
  operations: { floor: 5, holds: ['operations/'], mayImport: [...ground, ...middle, 'config'] },
  pipelines: { floor: 5, holds: ['pipelines/'], mayImport: [...ground, ...middle] },
  testing: { floor: 5, holds: ['testing/'], mayImport: [...ground, ...middle] },

  cli: { floor: 6, holds: ['cli/'], mayImport: [...ground, ...upper] },
  server: { floor: 6, holds: ['server/'], mayImport: [...ground, ...upper] },

  presets: {
    floor: 7,
    holds: ['presets/'],
    mayImport: [...ground, 'backends', ...middle, ...upper, 'cli', 'server'],
  },
  bin: {
    floor: 7,
    holds: ['bin/'],
    mayImport: [...ground, 'supervision', 'backends', ...middle, ...upper, 'cli', 'server', 'presets'],
  },
  index: { floor: 7, holds: ['index.ts'], mayImport: [...ground, ...upper] },
} as const satisfies Record<string, { floor: number; holds: readonly string[]; mayImport: readonly string[] }>

export const house: Readonly<Record<RoomName, Room>> = rooms

/** Every package, and every module of Node's that is not for everybody, with the only rooms that may import it. */
export const guests: Readonly<Record<string, readonly RoomName[]>> = {
  leven: ['core'],
  '@standard-schema/spec': ['tasks', 'environment', 'runs', 'contracts'],
  '@stricli/core': ['cli', 'bin'],
  valibot: ['config'],
  kysely: ['backends'],
  pg: ['backends'],
  'rabbitmq-client': ['backends'],
  '@aws-sdk/client-sqs': ['backends'],
  'node:sqlite': ['backends'],
}

/** What these entries may not load before it is used. */
export const lightEntries = [
  'index.ts',
  'presets/index.ts',
  'tasks/signals/index.ts',
  'bin/purser.ts',
  'bin/start.ts',
  'bin/release.ts',
] as const

/** Runs on Node 20, which has none of these. */
export const releaseSide = {
  entry: 'bin/release.ts',
  lacks: { modules: ['node:sqlite'], names: /zstd/i },
} as const
