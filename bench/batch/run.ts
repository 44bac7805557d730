/**
 * Measures batches beside the loop that somebody would write by hand, and beside other people's queues; prints tables
 * of ratios, and keeps the figures in bench/results/batch.json.
 *
 *   npm run bench:batch                                      all of it, an hour or more
 *   npm run bench:batch -- --rows 50000 --rounds 2           the same, small
 *   npm run bench:batch -- --only embedded --only pg-boss    these sides beside the loop
 *   npm run bench:batch -- --only dispatch                   one series: speed, row, dispatch, felt, start
 *   npm run bench:batch -- --only felt --rows 4000000 --rounds 2   that series wants a batch of some seconds
 *   BENCH_PROFILE=FOLDER npm run bench:batch -- …            a CPU profile of every process too
 *
 * Needs Debian's postgresql-15, rabbitmq-server and redis-server, and a machine that is quiet. What it starts is its
 * own, and gone when it ends.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import path from 'node:path'
import { root } from '../../scripts/root.ts'
import type { Contender, Stage } from './contenders/contender.ts'
import { loop, loopWithCheckpoint } from './contenders/loop.ts'
import { bullMq, graphileWorker, graphileWorkerLocal, pgBoss, pgBossDefault } from './contenders/peers.ts'
import { embedded, overRabbitMq, overSqs } from './contenders/purser.ts'
import { CountedTable } from './counted-table.ts'
import { Helper } from './helpers/helper.ts'
import { type Options, readOptions } from './options.ts'
import { type Results, report } from './report.ts'
import { measureDispatch } from './series/dispatch.ts'
import { measureFelt } from './series/felt.ts'
import { comparePerRow } from './series/per-row.ts'
import { measureStart } from './series/start.ts'
import { compareSpeeds, type Speed } from './series/throughput.ts'
import { installPeers } from './services/peers.ts'
import { Services } from './services/services.ts'

const pursers = [embedded, overRabbitMq, overSqs]
const peers = [pgBoss, pgBossDefault, graphileWorker, graphileWorkerLocal, bullMq]
const tell = (progress: string) => void process.stderr.write(`${progress}\n`)

process.chdir(root)
// What was started is in sessions of its own, and has to be ended by us.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => Helper.end())
const options = readOptions(process.argv.slice(2))
const versions = await installPeers()
await using services = await Services.start()
await using table = await CountedTable.make(services.postgres.url, options.rows)
const results = await measure({ services, table, ready: async () => {} }, options)
keep(results)
console.log(`\n${report(results)}\n\nNode ${process.version}, ${services.postgres.version}, ${processors()}`)

async function measure(stage: Stage, { rounds, only }: Options): Promise<Results> {
  const isAsked = (series: string) => only.length === 0 || only.includes(series)
  const speeds = await measureSpeeds(stage, options)
  const fastest = peers.find(({ name }) => name === fastestOf(speeds)) ?? pgBoss
  const sliceRows = options.slices[0] ?? 200
  const perRow = isAsked('row') ? await comparePerRow(stage, fastest, sliceRows, rounds, tell) : undefined
  return {
    speeds,
    ...(perRow === undefined ? {} : { perRow }),
    ...(isAsked('dispatch') ? { dispatch: await measureDispatch(stage) } : {}),
    ...(isAsked('start') ? { start: await measureStart(stage, rounds) } : {}),
    ...(isAsked('felt') ? { felt: await measureFelt(stage, rounds, tell) } : {}),
  }
}

async function measureSpeeds(
  stage: Stage,
  { rows, rounds, slices, only }: Options,
): Promise<readonly Speed[]> {
  const isAsked = ({ name }: Contender) =>
    only.length === 0 || only.includes('speed') || only.some((part) => name.includes(part))
  const asked = [loopWithCheckpoint, ...pursers, ...peers].filter(isAsked)
  const speeds: Speed[] = []
  if (asked.length === 0) return speeds
  for (const sliceRows of slices) {
    tell(`slices of ${sliceRows} rows`)
    speeds.push(...(await compareSpeeds(stage, [loop, ...asked], { rows, sliceRows }, rounds, tell)))
  }
  return speeds
}

/** The peer that did the smallest slices fastest. */
function fastestOf(speeds: readonly Speed[]): string | undefined {
  const ofPeers = speeds.filter(({ name }) => peers.some((one) => one.name === name))
  return ofPeers.toSorted((a, b) => a.sliceRows - b.sliceRows || b.ratio - a.ratio)[0]?.name
}

function keep(measured: Results): void {
  const folder = path.join(root, 'bench/results')
  mkdirSync(folder, { recursive: true })
  const { version, settings } = services.postgres
  const about = { at: new Date().toISOString(), node: process.version, processors: processors(), options }
  const content = { ...about, postgres: { version, settings }, peers: versions, ...measured }
  writeFileSync(path.join(folder, 'batch.json'), `${JSON.stringify(content, undefined, 2)}\n`)
}

function processors(): string {
  return `${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown'}`
}
