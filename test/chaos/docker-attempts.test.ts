import { chmodSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { purser, purserJson, typePurser } from '../support/cli.ts'
import { leftovers, runContainer } from '../support/docker/container.ts'
import { docker } from '../support/docker/docker.ts'
import { dockerProject, type RunSeen } from '../support/docker/docker-project.ts'
import { images } from '../support/docker/image-names.ts'
import { imageWith } from '../support/docker/images.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const attempts = process.env.PURSER_CHAOS === 'full' ? 200 : 40
const atOnce = 3
const network = 'purser-chaos'

/** One in five looks instead of running something: its twin never begins. Of others, the supervisor is killed as well. */
const plans = fc.sample(
  fc.record({
    // where in its share of the moments
    at: fc.integer({ min: 0, max: 99 }),
    what: fc.constantFrom('parity', 'run', 'run', 'run', 'run and its supervisor'),
  }),
  attempts,
)
type Plan = (typeof plans)[number]

/**
 * Percent of what an undisturbed run takes: from before the configuration is read until after it has been settled. Each
 * plan has a share of that, so that some are killed before their twin begins, and more are early than late.
 */
function killedAfter({ at }: Plan, left: number): number {
  return 5 + 495 * ((left + at / 100) / attempts) ** 2
}

type Seen = RunSeen & { readonly endedAt?: string }

it(
  `${attempts} attempts whose purser is killed at random moments leave nothing behind, and each has an end`,
  async () => {
    using temporary = temporaryFolder()
    const effects = path.join(temporary.folder, 'effects')
    mkdirSync(effects)
    chmodSync(effects, 0o777)
    await using _strangers = await makeStrangers()
    await docker('network', 'create', network)
    const image = await imageWith(images.busybox, ['VOLUME /cache', 'CMD ["/app/serve.sh"]'])
    const app = await runContainer(['--network', network, '--volume', `${effects}:/effects`, image])
    try {
      await app.printed('serves')
      await using project = dockerProject({ name: app.name })
      const [before, running] = [await leftovers(), await atWork()]

      const began = performance.now()
      expect(await project.run('--', ...task)).toMatchObject({ code: 0 })
      const usualMs = performance.now() - began
      const queue = [...plans]
      await Promise.all(Array.from({ length: atOnce }, () => work(project.folder, queue, usualMs)))
      const runs = await settled(project.folder)
      await purser(project.folder, ['parity', '-e', 'test'])

      await expect.poll(leftovers).toEqual(before)
      expect(await atWork()).toBe(running)
      judge(runs, effects)
      expect(await purserJson<object>(project.folder, ['ledger', 'verify'])).toMatchObject({ ok: true })
    } finally {
      await app[Symbol.asyncDispose]()
      await docker('network', 'rm', network)
    }
  },
  60_000 + 10_000 * attempts,
)

/** Its beginning and its end leave a file each: a second beginning would fail. */
const task = ['sh', '-c', 'mkdir "/effects/$PURSER_RUN" && sleep 0.2 && mkdir "/effects/$PURSER_RUN.done"']

async function work(folder: string, queue: Plan[], usualMs: number): Promise<void> {
  for (let plan = queue.pop(); plan !== undefined; plan = queue.pop()) {
    const args = plan.what === 'parity' ? ['parity', '-e', 'test'] : ['run', '-e', 'test', '--', ...task]
    const typed = typePurser(folder, args)
    await Promise.race([pause((killedAfter(plan, queue.length) / 100) * usualMs), typed.finished])
    typed.process.kill('SIGKILL')
    if (plan.what === 'run and its supervisor') killNewestSupervisor(folder)
    await typed.finished
  }
}

function killNewestSupervisor(folder: string): void {
  const attempts = path.join(folder, '.purser/attempts')
  try {
    const holders = readdirSync(attempts).flatMap((attempt) => readHolder(path.join(attempts, attempt)))
    const newest = holders.sort((a, b) => b.startedTicks - a.startedTicks)[0]
    if (newest !== undefined) process.kill(newest.pid, 'SIGKILL')
  } catch {
    // there is none yet, or it has ended
  }
}

function readHolder(attempt: string): { readonly pid: number; readonly startedTicks: number }[] {
  const names = readdirSync(attempt).filter((name) => /^holder-\d+\.json$/.test(name))
  const holders = names.map((name) => JSON.parse(readFileSync(path.join(attempt, name), 'utf8')))
  return holders.flatMap(({ supervisor }) => (supervisor === undefined ? [] : [supervisor]))
}

/** Every command brings the ledger up to date; what is still at work is followed to its end. */
async function settled(folder: string): Promise<readonly Seen[]> {
  for (;;) {
    const runs = await purserJson<Seen[]>(folder, ['runs', '-n', '1000'])
    const open = runs.find(({ endedAt }) => endedAt === undefined)
    if (open === undefined) return runs
    await purser(folder, ['logs', '-f', open.run])
  }
}

function judge(runs: readonly Seen[], effects: string): void {
  const seen = new Set(readdirSync(effects))
  for (const { run, status, outcome } of runs) {
    const told = [run, status, outcome]
    expect([...told, seen.has(run)]).toEqual([...told, status === 'succeeded'])
    expect([...told, seen.has(`${run}.done`)]).toEqual([...told, status === 'succeeded'])
    expect(['succeeded', 'failed', 'lost']).toContain(status)
    if (status === 'failed')
      expect(told).toEqual([run, status, expect.objectContaining({ end: 'unstartable' })])
  }
  const known = new Set(runs.flatMap(({ run }) => [run, `${run}.done`]))
  expect([...seen].filter((name) => !known.has(name))).toEqual([])
  const statuses = runs.map(({ status }) => status)
  expect(statuses.filter((status) => status === 'succeeded').length).toBeGreaterThan(1)
  expect(new Set(statuses).size).toBeGreaterThan(1)
}

/** Containers that run, and since when. */
async function atWork(): Promise<string> {
  const ids = await docker('ps', '--quiet')
  return docker('inspect', '--format', '{{.Name}} {{.State.StartedAt}}', ...ids.split('\n'))
}

/** Containers that are none of this project's business, also one of another's runs; a network and a volume. */
async function makeStrangers(): Promise<AsyncDisposable> {
  const names = ['purser-chaos-stranger', 'purser-chaos-other.1']
  const labels = ['--label', 'purser.attempt=other.1', '--label', 'purser.place=another']
  await docker('network', 'create', 'purser-chaos-stranger')
  await docker('volume', 'create', 'purser-chaos-stranger')
  await docker('run', '--detach', '--name', names[0] ?? '', images.helper, 'sleep', '100000')
  await docker('run', '--detach', '--name', names[1] ?? '', ...labels, images.helper, 'sleep', '100000')
  return {
    async [Symbol.asyncDispose]() {
      await docker('rm', '--force', ...names)
      await docker('network', 'rm', 'purser-chaos-stranger')
      await docker('volume', 'rm', 'purser-chaos-stranger')
    },
  }
}
