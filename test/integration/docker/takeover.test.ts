import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { purser, purserJson, typePurser } from '../../support/cli.ts'
import { type Container, runContainer } from '../../support/docker/container.ts'
import { docker } from '../../support/docker/docker.ts'
import { type DockerProject, dockerProject, type RunSeen } from '../../support/docker/docker-project.ts'
import { images } from '../../support/docker/image-names.ts'
import { imageWith } from '../../support/docker/images.ts'
import { overUnix } from './engine-ways.ts'

let app: Container
beforeAll(async () => {
  const variables = { API_TOKEN: 'a-token-of-the-app', DATABASE_URL: 'postgres://ada:a-password@db/shop' }
  app = await runContainer([
    ...Object.entries(variables).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
    images.node,
  ])
})
afterAll(() => app[Symbol.asyncDispose]())

const project = () => dockerProject({ name: app.name })

/** Kills whoever supervises a run now, with -9. */
function killSupervisor({ folder }: DockerProject, run: string): void {
  const attempt = path.join(folder, '.purser/attempts', `${run}.1`)
  const holders = readdirSync(attempt).filter((name) => /^holder-\d+\.json$/.test(name))
  const latest = `holder-${Math.max(...holders.map((name) => Number(/\d+/.exec(name)?.[0])))}.json`
  process.kill(JSON.parse(readFileSync(path.join(attempt, latest), 'utf8')).supervisor.pid, 'SIGKILL')
}

const counting = (lines: number, pauseS: number) =>
  [
    'sh',
    '-c',
    `i=0; while [ $i -lt ${lines} ]; do echo line $i; echo err $i >&2; i=$((i+1)); sleep ${pauseS}; done; exit 5`,
  ] as const
/** What a shell waits with until the test lets the task of this container go on. */
const untilLet = 'until [ -e /tmp/go ]; do sleep 0.02; done'
const letGo = (container: string) => docker('exec', container, 'touch', '/tmp/go')
const linesOf = (word: string, lines: number) =>
  Array.from({ length: lines }, (_, at) => `${word} ${at}\n`).join('')

/** Waits until the supervisor has kept this of what a run printed. */
async function untilPrinted({ folder }: DockerProject, run: string, text: string): Promise<void> {
  const following = typePurser(folder, ['logs', '-f', run])
  await following.printed(text)
  following.process.kill('SIGKILL')
  await following.finished
}

describe('a run whose supervisor is killed', () => {
  it('goes on, and its output is whole, each line once, however often that happens', async () => {
    await using there = project()
    const untilTold = 'i=0; until [ -e /tmp/go ] && [ $i -ge 50 ]; do'
    const script = `${untilTold} echo line $i; echo err $i >&2; i=$((i+1)); sleep 0.1; done; echo $i in all; exit 5`
    const { id, container } = await there.start('sh', '-c', script)
    for (let killed = 0; killed < 3; killed += 1) {
      await pause(200 + Math.random() * 300)
      killSupervisor(there, id)
      // whoever looks has another take over
      expect((await purserJson<RunSeen>(there.folder, ['show', id])).status).toBe('running')
    }
    await letGo(container)
    const { stdout, stderr } = await purser(there.folder, ['logs', '-f', id])
    const all = Number(/^(\d+) in all$/m.exec(stdout)?.[1])
    expect(stdout).toBe(`${linesOf('line', all)}${all} in all\n`)
    expect(stderr).toContain('another has taken over')
    expect([...stderr.matchAll(/^err (\d+)$/gm)].map(([, n]) => Number(n))).toEqual(
      Array.from({ length: all }, (_, at) => at),
    )
    expect(await there.last()).toMatchObject({ run: id, status: 'failed', exitCode: 5, outputIntact: true })
    expect(await docker('ps', '--all', '--quiet', '--filter', `name=purser-${id}`)).toBe('')
  })

  it('is told to the end by whoever follows it at that moment', async () => {
    await using there = project()
    const some = (last: number) => `while [ $i -lt ${last} ]; do echo line $i; i=$((i+1)); sleep 0.1; done`
    const script = `i=0; ${some(5)}; ${untilLet}; ${some(20)}; exit 5`
    const typed = typePurser(there.folder, ['run', '-e', 'test', '--', 'sh', '-c', script])
    await typed.printed('line 4')
    const [attempt = ''] = readdirSync(path.join(there.folder, '.purser/attempts'))
    killSupervisor(there, attempt.replace(/\.1$/, ''))
    await letGo(`purser-${attempt}`)
    const { code, stdout } = await typed.finished
    expect(code).toBe(5)
    expect(stdout).toBe(linesOf('line', 20))
  })

  it('is settled by the next command when it ended while nobody watched', async () => {
    await using there = project()
    const [task, , script] = counting(5, 0.1)
    const { id, container } = await there.start(task, '-c', `${untilLet}; ${script}`)
    killSupervisor(there, id)
    await letGo(container)
    await docker('wait', container)
    expect((await purser(there.folder, ['logs', '-f', id])).stdout).toBe(linesOf('line', 5))
    expect(await there.last()).toMatchObject({ status: 'failed', exitCode: 5 })
  })

  it('loses nothing of a last line that has no end', async () => {
    await using there = project()
    const script = `printf 1.2.3.; ${untilLet}; for n in 4 5 6 7 8; do printf "$n."; sleep 0.1; done`
    const { id, container } = await there.start('sh', '-c', script)
    await untilPrinted(there, id, '3.')
    killSupervisor(there, id)
    await letGo(container)
    expect((await purser(there.folder, ['logs', '-f', id])).stdout).toBe('1.2.3.4.5.6.7.8.')
  })

  it('is stopped by a cancel all the same', async () => {
    await using there = project()
    const { id, container } = await there.start('sh', '-c', 'trap "" TERM; while :; do sleep 0.1; done')
    killSupervisor(there, id)
    const { code } = await purser(there.folder, ['cancel', id])
    expect(code).toBe(0)
    expect(await there.last()).toMatchObject({ status: 'cancelled' })
    expect(await docker('ps', '--all', '--quiet', '--filter', `name=${container}`)).toBe('')
  })

  it('redacts what it can find again, also afterwards', async () => {
    await using there = project()
    const script = `echo first $API_TOKEN; ${untilLet}; echo second $API_TOKEN`
    const { id, container } = await there.start('sh', '-c', script)
    await untilPrinted(there, id, 'first')
    killSupervisor(there, id)
    await letGo(container)
    const { stdout } = await purser(there.folder, ['logs', '-f', id])
    expect(stdout).toBe('first [redacted API_TOKEN]\nsecond [redacted API_TOKEN]\n')
  })

  it('hides exactly what was hidden before, so that nothing is lost or told twice', async () => {
    await using there = project()
    const some = (last: number) =>
      `while [ $i -lt ${last} ]; do echo "$i $DATABASE_URL"; i=$((i+1)); sleep 0.05; done`
    const { id, container } = await there.start('sh', '-c', `i=0; ${some(15)}; ${untilLet}; ${some(40)}`)
    await untilPrinted(there, id, '14 ')
    killSupervisor(there, id)
    await letGo(container)
    const { stdout } = await purser(there.folder, ['logs', '-f', id])
    const line = (n: number) => `${n} postgres://ada:[redacted DATABASE_URL]@db/shop\n`
    expect(stdout).toBe(Array.from({ length: 40 }, (_, n) => line(n)).join(''))
  })

  it('is not lost because another engine knows nothing of it', async () => {
    await using there = project()
    const { id, container } = await there.start('sh', '-c', `${untilLet}; echo done`)
    killSupervisor(there, id)
    const file = path.join(there.folder, 'purser.config.ts')
    const own = readFileSync(file, 'utf8')
    await using other = await overUnix()
    writeFileSync(file, own.replace(/unix:[^"]+/, other.host))
    expect((await purserJson<RunSeen>(there.folder, ['show', id])).status).toBe('running')
    writeFileSync(file, own)
    await letGo(container)
    expect((await purser(there.folder, ['logs', '-f', id])).stdout).toBe('done\n')
    expect(await there.last()).toMatchObject({ status: 'succeeded' })
  })

  it('keeps nothing more of the output when a secret went with the supervisor', async () => {
    await using there = project()
    const secret = 'postgres://ada:only-typed-here@db/x'
    const script = `echo before; ${untilLet}; echo "after $1"`
    const { id, container } = await there.start('sh', '-c', script, 'sh', secret)
    await untilPrinted(there, id, 'before')
    killSupervisor(there, id)
    await letGo(container)
    const { stdout, stderr } = await purser(there.folder, ['logs', '-f', id])
    expect(stdout).not.toContain('only-typed-here')
    expect(stdout).not.toContain('after')
    expect(stderr).toContain('could not be redacted')
    expect(await there.last()).toMatchObject({ status: 'succeeded' })
  })

  it('never begins when it was killed before the twin had been judged', async () => {
    // in a run its entrypoint never comes to the command
    const words = ['sh', '-c', '[ -z "$PURSER_RUN" ] || sleep 1000; exec "$@"', 'sh']
    const settings = [`ENTRYPOINT ${JSON.stringify(words)}`, 'CMD ["/app/serve.sh"]']
    const image = await imageWith(images.busybox, settings)
    await using waiting = await runContainer([image])
    await waiting.printed('serves')
    await using there = dockerProject({ name: waiting.name })
    const typed = typePurser(there.folder, ['run', '-e', 'test', '--', 'sh', '-c', 'sleep 30'])
    const id = await firstHeld(there)
    killSupervisor(there, id)
    typed.process.kill('SIGKILL')
    await typed.finished
    await purser(there.folder, ['runs'])
    expect(await there.last()).toMatchObject({ status: 'failed', outcome: { end: 'unstartable' } })
    expect(await docker('ps', '--all', '--quiet', '--filter', `name=purser-${id}`)).toBe('')
  })
})

/** The id of the first run that somebody holds. */
async function firstHeld({ folder }: DockerProject): Promise<string> {
  for (;;) {
    await pause(5)
    try {
      const [attempt = ''] = readdirSync(path.join(folder, '.purser/attempts'))
      readFileSync(path.join(folder, '.purser/attempts', attempt, 'holder-1.json'))
      return attempt.replace(/\.1$/, '')
    } catch {
      // nobody holds it yet
    }
  }
}

describe('a run whose way to the engine breaks', () => {
  it('goes on, and its output is whole, however often that happens', async () => {
    await using way = await overUnix()
    await using there = dockerProject({ name: app.name, host: way.host })
    const typed = typePurser(there.folder, ['run', '-e', 'test', '--', ...counting(25, 0.1)])
    for (const line of ['line 4', 'line 9', 'line 20']) {
      await typed.printed(line)
      way.cut()
    }
    const { code, stdout } = await typed.finished
    expect(code).toBe(5)
    expect(stdout).toBe(linesOf('line', 25))
  })
})
