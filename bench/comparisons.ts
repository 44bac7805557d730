import { join } from 'node:path'
import type { Comparison } from './harness.ts'
import { node, program, purser } from './processes.ts'

const bareNode = node('node -e 0', '-e', '0')
const printLines = join(import.meta.dirname, 'print-lines.ts')
const keepCompressed = join(import.meta.dirname, 'keep-compressed.ts')

/** What Purser promises about its speed. They need Atlas at work. */
export const comparisons: readonly Comparison[] = [
  {
    name: 'start',
    baseline: bareNode,
    measured: purser('--version'),
    goal: { timesAtMost: 1.25 },
    rounds: 20,
  },
  {
    name: 'tasks, known already',
    baseline: bareNode,
    measured: purser('tasks', '-e', 'local'),
    goal: { timesAtMost: 3 },
    rounds: 20,
  },
  {
    name: 'a run, recorded and settled',
    baseline: program('sh -c true', 'sh', '-c', 'true'),
    measured: purser('run', '-e', 'local', '--', 'true'),
    goal: { addsAtMostMs: 250 },
    rounds: 20,
  },
  {
    name: '1,000,000 lines, kept and shown',
    baseline: node('through zstd into a file', keepCompressed, printLines, '1000000'),
    measured: {
      ...purser('run', '-e', 'local', '--', process.execPath, printLines, '1000000'),
      name: 'purser run -e local -- node print-lines.ts',
    },
    goal: { timesAtMost: 2 },
    rounds: 5,
  },
]
