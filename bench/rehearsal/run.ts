/**
 * Measures what rehearsals cost beside what they can't be had without; prints ratios of one run, and keeps the figures in
 * bench/results/rehearsal.json.
 *
 *   npm run bench:rehearsal                                            all of it, half an hour or more
 *   npm run bench:rehearsal -- --rows 200000 --rounds 2 --seconds 2    the same, small
 *   npm run bench:rehearsal -- --only clone --only set                 these series: clone, set, update, through, rehearsal
 *
 * Needs Debian's postgresql-15 (and pgbouncer for one comparison), disk of ten times production's size, and a machine that
 * is quiet. What it starts is its own, and gone when it ends.
 */
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import path from 'node:path'
import { root } from '../../scripts/root.ts'
import { type Options, readOptions } from './options.ts'
import type { Comparison } from './race.ts'
import { report } from './report.ts'
import { compareCloning } from './series/clone.ts'
import { compareRehearsal } from './series/rehearsal.ts'
import { compareSet } from './series/set.ts'
import { compareThrough } from './series/through.ts'
import { compareUpdate } from './series/update.ts'
import { Stage } from './stage.ts'

const tell = (progress: string) => void process.stderr.write(`${progress}\n`)

process.chdir(root)
const options = readOptions(process.argv.slice(2))
await using stage = await Stage.start()
// Its servers are in sessions of their own, and have to be ended by us. What was at work on them fails then.
const interrupted = Promise.race(['SIGINT', 'SIGTERM'].map((signal) => once(process, signal)))
const measuring = measure(stage, options)
const results = await Promise.race([measuring, interrupted.then(() => undefined)])
if (results === undefined) {
  for (const late of ['unhandledRejection', 'uncaughtException']) process.on(late, () => {})
  await stage[Symbol.asyncDispose]()
  process.exit(130)
}
keep(results)
console.log(`\n${report(results)}\n\nNode ${process.version}, ${stage.production.version}, ${processors()}`)

async function measure(
  on: Stage,
  { rows, rounds, migrations, seconds, only }: Options,
): Promise<readonly Comparison[]> {
  const series = {
    clone: () => compareCloning(on, rounds, tell),
    set: () => compareSet(on, migrations, rounds, tell),
    update: () => compareUpdate(on, rows, rounds, tell),
    through: () => compareThrough(on, seconds, rounds, tell),
    rehearsal: () => compareRehearsal(on, rounds, tell),
  }
  const unknown = only.filter((name) => !(name in series))
  if (unknown.length > 0) throw new TypeError(`There is no series ${unknown.join(', ')}.`)
  tell(`making a production of ${rows.toLocaleString('en')} rows …`)
  await on.fill(rows)
  const all: Comparison[] = []
  for (const [name, play] of Object.entries(series)) {
    if (only.length === 0 || only.includes(name)) all.push(...(await play()))
  }
  return all
}

function keep(measured: readonly Comparison[]): void {
  const folder = path.join(root, 'bench/results')
  mkdirSync(folder, { recursive: true })
  const { version, settings } = stage.production
  const about = { at: new Date().toISOString(), node: process.version, processors: processors(), options }
  const content = { ...about, postgres: { version, settings }, comparisons: measured }
  writeFileSync(path.join(folder, 'rehearsal.json'), `${JSON.stringify(content, undefined, 2)}\n`)
}

function processors(): string {
  return `${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown'}`
}
