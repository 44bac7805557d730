/** Measures Purser beside what it is compared with, prints a table, and keeps the figures in bench/results/latest.json. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { join } from 'node:path'
import { comparisons } from './comparisons.ts'
import { compare, type Result } from './harness.ts'
import { startAtlas } from './processes.ts'
import { table } from './table.ts'

const machine = {
  node: process.version,
  processors: `${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown'}`,
}
const results: Result[] = []
{
  await using _atlas = await startAtlas()
  for (const comparison of comparisons) {
    process.stderr.write(`${comparison.name} …\n`)
    results.push(await compare(comparison))
  }
}

const folder = join(import.meta.dirname, 'results')
mkdirSync(folder, { recursive: true })
writeFileSync(
  join(folder, 'latest.json'),
  `${JSON.stringify({ at: new Date().toISOString(), ...machine, results }, undefined, 2)}\n`,
)
console.log(`\n${table(results)}\n\nNode ${machine.node}, ${machine.processors}`)
