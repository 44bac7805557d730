/** Measures Purser beside what it is compared with, prints a table, and keeps the figures in bench/results/latest.json. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { join } from 'node:path'
import { comparisons } from './comparisons.ts'
import { startDockerBench } from './docker.ts'
import { type Comparison, compare, type Result } from './harness.ts'
import { startAtlas } from './processes.ts'
import { table } from './table.ts'

const machine = {
  node: process.version,
  processors: `${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown'}`,
}
const results: Result[] = []

async function measure(some: readonly Comparison[]): Promise<void> {
  for (const comparison of some) {
    process.stderr.write(`${comparison.name} …\n`)
    results.push(await compare(comparison))
  }
}

// `npm run bench -- docker` measures only those
const only = process.argv[2]
if (only === undefined || only === 'local') {
  await using _atlas = await startAtlas()
  await measure(comparisons)
}
if (only === undefined || only === 'docker') {
  await using bench = await startDockerBench()
  await measure(bench.comparisons)
}

const folder = join(import.meta.dirname, 'results')
mkdirSync(folder, { recursive: true })
writeFileSync(
  join(folder, 'latest.json'),
  `${JSON.stringify({ at: new Date().toISOString(), ...machine, results }, undefined, 2)}\n`,
)
console.log(`\n${table(results)}\n\nNode ${machine.node}, ${machine.processors}`)
