import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { hostname } from 'node:os'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { AttemptSpec, Execution, Executor, Observed, Work } from '../../src/executors/executor.ts'
import type { AttemptRecord } from '../../src/runs/events.ts'
import type { Outcome } from '../../src/runs/outcomes.ts'
import { identify } from '../../src/runs/process-identity.ts'
import { bytesOf, follow, outcomeOf, read, textOf, until } from './frames.ts'

/** A place where an app serves, for one test. */
export interface World extends AsyncDisposable {
  /** Another `purser`, as it were: a new one each time, with nothing in memory. */
  open(): Promise<Executor>
  /** The app's variables hold this one. */
  readonly variable: { readonly name: string; readonly value: string }
  /** Writes a task into the release. The app need not know. */
  writeTask(file: string, source: string): void
  /** Live processes whose arguments hold this text, as the host sees them. */
  countProcesses(text: string): number
}

const never = new AbortController().signal
const quotaBytes = 4_000_000
let attempts = 0

/** What every executor must do, whatever it starts twins with. The world's app has a POSIX shell. */
export function describeExecutor(name: string, makeWorld: () => Promise<World>): void {
  describe(name, () => {
    let world: World
    let executor: Executor
    let executions: Execution[]
    beforeEach(async () => {
      world = await makeWorld()
      executor = await world.open()
      executions = []
    })
    afterEach(async () => {
      // what a failed case left at work
      for (const execution of executions) {
        if ((await execution.look()).ended === undefined) await execution.stop()
      }
      await world[Symbol.asyncDispose]()
    })

    const spec = (work: Work, options: Partial<AttemptSpec> = {}): AttemptSpec => {
      attempts += 1
      const id = `test${attempts}.${process.pid}`
      return {
        id,
        run: `test${attempts}`,
        work,
        output: 'split',
        graceMs: 2_000,
        quotaBytes,
        secrets: [],
        ...options,
      }
    }
    const shell = (script: string): Work => ({ kind: 'command', argv: ['sh', '-c', script] })
    const start = async (work: Work, options?: Partial<AttemptSpec>) => {
      const execution = await executor.start(spec(work, options), await executor.release(never), never)
      executions.push(execution)
      return execution
    }

    it('reads one release, the same each time, with facts that name their source', async () => {
      const [first, second] = [await executor.release(never), await (await world.open()).release(never)]
      expect(first.digest).toMatch(/^sha256:[0-9a-f]{64}$/)
      expect(second.digest).toBe(first.digest)
      for (const fact of first.instances[0]?.facts.values() ?? []) {
        expect('value' in fact ? fact.source : fact.unseen).toBeTruthy()
      }
    })

    it('knows the app’s variables, and gives them to the twin', async () => {
      const { name, value } = world.variable
      expect((await executor.variables(await executor.release(never))).get(name)).toBe(value)
      const seen = await follow(await start(shell(`printf %s "$${name}"`)))
      expect(textOf(seen)).toBe(value)
    })

    it('tells a task which run and attempt it is', async () => {
      const ids = { run: 'named', id: `named.${process.pid}` }
      const seen = await follow(await start(shell('echo "$PURSER_RUN $PURSER_ATTEMPT"'), ids))
      expect(textOf(seen)).toBe(`${ids.run} ${ids.id}\n`)
    })

    it.each([
      ['exit 0', { end: 'exited', code: 0 }],
      ['exit 7', { end: 'exited', code: 7 }],
      ['kill -KILL $$', { end: 'killed', signal: 'SIGKILL' }],
    ] satisfies [string, Outcome][])('tells how "%s" ended', async (script, outcome) => {
      const execution = await start(shell(script))
      expect(outcomeOf(await follow(execution))).toEqual(outcome)
      expect((await execution.look()).ended).toMatchObject({ outcome })
    })

    it('begins with the start, counts its frames, and ends with the outcome', async () => {
      const frames = await follow(await start(shell('echo a; echo b >&2; echo c')))
      expect(frames[0]?.kind).toBe('started')
      expect(frames.at(-1)?.kind).toBe('outcome')
      expect(frames.map(({ cursor }) => cursor)).toEqual(frames.map((_, index) => index))
    })

    it('keeps the order within a stream, and the streams apart', async () => {
      const frames = await follow(await start(shell('for i in 1 2 3 4 5; do echo $i; echo e$i >&2; done')))
      expect(textOf(frames, 'stdout')).toBe('1\n2\n3\n4\n5\n')
      expect(textOf(frames, 'stderr')).toBe('e1\ne2\ne3\ne4\ne5\n')
    })

    it('keeps the order across both streams where one pipe was asked for', async () => {
      const frames = await follow(
        await start(shell('for i in 1 2 3; do echo $i; echo e$i >&2; done'), { output: 'merged' }),
      )
      expect(textOf(frames, 'merged')).toBe('1\ne1\n2\ne2\n3\ne3\n')
    })

    it('keeps every byte: no UTF-8, NULs, a line of megabytes, a stream closed early', async () => {
      const script = `printf '\\000\\377\\376'; head -c 3000000 /dev/zero | tr '\\000' x; exec >&-; echo still >&2`
      const frames = await follow(await start(shell(script)))
      const bytes = bytesOf(frames, 'stdout')
      expect([...bytes.subarray(0, 3)]).toEqual([0, 0xff, 0xfe])
      expect(bytes.length).toBe(3_000_003)
      expect(textOf(frames, 'stderr')).toBe('still\n')
    })

    it('lets a script open /dev/stderr', async () => {
      expect(textOf(await follow(await start(shell('echo up > /dev/stderr'))), 'stderr')).toBe('up\n')
    })

    it('keeps the beginning and the end of what is over the quota, and says how much it cut', async () => {
      const execution = await start(shell('echo begin; head -c 20000000 /dev/zero; echo end'))
      await follow(execution) // whoever watches live may see more than is kept
      const frames = await read(execution)
      const kept = bytesOf(frames, 'stdout')
      const cut = frames.reduce((sum, frame) => sum + (frame.kind === 'cut' ? frame.bytes : 0), 0)
      expect(kept.length).toBeLessThanOrEqual(1.2 * quotaBytes) // whole segments are kept
      expect(kept.length + cut).toBe(20_000_010)
      expect(kept.subarray(0, 6).toString()).toBe('begin\n')
      expect(kept.subarray(-4).toString()).toBe('end\n')
      expect(frames.at(-1)).toMatchObject({ output: { bytes: 20_000_010, cut } })
    })

    it('vouches for the output that it keeps by a digest', async () => {
      const execution = await start(shell('echo kept; echo apart >&2'))
      const last = (await follow(execution)).at(-1)
      const digest = await execution.outputDigest()
      expect(digest).toMatch(/^[0-9a-f]{64}$/)
      expect(last).toMatchObject({ output: { digest, bytes: 11, cut: 0 } })
    })

    it('redacts a secret, also where it is split over writes', async () => {
      const secrets = [{ name: 'TOKEN', value: 'open-sesame-1234' }]
      const script = 'printf "a open-ses"; sleep 0.1; echo "ame-1234 b"'
      const text = textOf(await follow(await start(shell(script), { secrets })))
      expect(text).toMatch(/^a \[redacted.*\] b\n$/)
    })

    it('names a secret that is too short to redact', async () => {
      const frames = await follow(await start(shell('echo ab'), { secrets: [{ name: 'PIN', value: 'ab' }] }))
      expect(frames.some((frame) => frame.kind === 'notice' && frame.text.includes('PIN'))).toBe(true)
      expect(textOf(frames)).toBe('ab\n')
    })

    it('starts nothing new when an attempt is started again', async () => {
      const release = await executor.release(never)
      const attempt = spec(shell('echo once'))
      const both = await Promise.all([
        executor.start(attempt, release, never),
        (await world.open())
          .start(attempt, await (await world.open()).release(never), never)
          .catch(() => undefined),
      ])
      expect(textOf(await follow(both[0]))).toBe('once\n')
    })

    it('has its twin judged before the first instruction, where it observes', async () => {
      const refusal = {
        code: 'PARITY_DIFFERS',
        message: 'It is elsewhere.',
        remedy: 'Bring it here.',
      } as const
      let judged: ReadonlyMap<string, unknown> | undefined
      const judge = async ({ facts }: Observed) => {
        judged = facts
        return { refusals: [refusal] }
      }
      const frames = await follow(await start(shell('echo ran'), { inspection: { judge } }))
      if (executor.observes) {
        expect(judged?.size).toBeGreaterThan(50)
        expect([textOf(frames), outcomeOf(frames)]).toEqual(['', { end: 'refused', refusals: [refusal] }])
      } else {
        expect([textOf(frames), judged]).toEqual(['ran\n', undefined])
      }
    })

    it('is found again by another, with all of its frames', async () => {
      const attempt = spec(shell('echo before; sleep 0.3; echo after'))
      await executor.start(attempt, await executor.release(never), never)
      const found = await (await world.open()).attach(record(attempt.id))
      if (typeof found === 'string') throw new Error(`The attempt is ${found}.`)
      expect(textOf(await follow(found))).toBe('before\nafter\n')
      const later = await (await world.open()).attach(record(attempt.id))
      expect(typeof later === 'object' && textOf(await read(later))).toBe('before\nafter\n')
    })

    it('is gone where nothing ever started, and unreachable while somebody may still start it', async () => {
      const dead = { pid: 2 ** 22, startedTicks: 1, boot: 'another' }
      expect(await executor.attach({ id: 'never.1', host: hostname(), starter: dead })).toBe('gone')
      expect(await executor.attach(record('soon.1'))).toBe('unreachable')
      const late = { ...spec(shell('echo late')), id: 'never.1' }
      await executor.start(late, await executor.release(never), never).catch(() => {})
      expect(await executor.attach({ id: 'never.1', host: hostname(), starter: dead })).toBe('gone')
    })

    it('stops a task that listens, and lets it say goodbye', async () => {
      const execution = await start(
        shell('trap "echo bye; exit 0" TERM; echo up; while :; do sleep 0.05; done'),
        { graceMs: 30_000 },
      )
      await until(execution, 'up\n')
      await execution.stop()
      const frames = await read(execution)
      expect(textOf(frames, 'stdout')).toBe('up\nbye\n')
      expect(outcomeOf(frames)).toMatchObject({ end: 'stopped' })
    })

    it('that has ended may be stopped: nothing changes', async () => {
      const execution = await start(shell('echo done'))
      await follow(execution)
      await execution.stop()
      expect(outcomeOf(await read(execution))).toEqual({ end: 'exited', code: 0 })
    })

    it('stops all that a task started: deaf, in sessions of their own, without their environment', async () => {
      const mark = markOf(31)
      const script = `trap '' TERM; setsid sleep ${mark} & env -i setsid sleep ${mark} & sleep ${mark} & echo up; wait; while :; do sleep 0.1; done`
      const execution = await start(shell(script), { graceMs: 200 })
      await until(execution, 'up\n')
      await vi.waitFor(() => expect(world.countProcesses(mark)).toBeGreaterThanOrEqual(3), 20_000)
      await execution.stop()
      const started = (await execution.look()).started
      if (started?.containment === 'exact') expect(world.countProcesses(mark)).toBe(0)
      expect(outcomeOf(await read(execution))).toMatchObject({ end: 'stopped' })
    })

    it('ends what a task left behind', async () => {
      const mark = markOf(32)
      const frames = await follow(await start(shell(`setsid sleep ${mark} >/dev/null 2>&1 & echo done`)))
      expect(outcomeOf(frames)).toEqual({ end: 'exited', code: 0 })
      expect(world.countProcesses(mark)).toBe(0)
    })

    it('stops a task whose time is up', async () => {
      const frames = await follow(await start(shell('sleep 60'), { timeoutMs: 200 }))
      expect(outcomeOf(frames)).toEqual({ end: 'timed-out', afterMs: 200 })
    })

    it('keeps a twin apart from all but the wire where it says that it can, and tells what it tries', async () => {
      world.writeTask('tasks/reach.js', reachSource)
      const release = await executor.release(never)
      const apartness = await executor.apartness(release, never)
      expect(apartness.sentence).toMatch(/^[A-Z].*\.$/s)
      const wire = createServer((socket) => socket.end('the wire')).listen(0, apartness.wireAddress)
      await once(wire, 'listening')
      const { port } = wire.address() as AddressInfo
      const url = `test://user:secret@${apartness.wireAddress}:${port}/database`
      const apart = { wire: { variable: 'THE_WIRE', url }, variables: { [world.variable.name]: 'instead' } }
      const task = { kind: 'task', file: 'tasks/reach.js', parameters: {} } as const
      try {
        if (!apartness.isEnforced) {
          await expect(start(task, { apart })).rejects.toMatchObject({ code: 'APART_UNENFORCED' })
          return
        }
        const execution = await start(task, { apart })
        const text = textOf(await follow(execution))
        expect(JSON.parse(text)).toEqual({ wire: 'the wire', outside: 'nothing', variable: 'instead' })
        expect((await execution.look()).escapes).toEqual(['sink.example.org:443'])
      } finally {
        wire.close()
      }
    })

    it('leads a twin that is not kept apart to a wire, or says why it can’t', async () => {
      world.writeTask('tasks/reach.js', reachSource)
      const way = await executor.wireWay(await executor.release(never), never)
      if ('missing' in way) {
        expect(way.missing).toMatch(/^[A-Z].*\.$/s)
        return
      }
      const wire = createServer((socket) => socket.end('the wire')).listen(0, way.wireAddress)
      await once(wire, 'listening')
      try {
        const { port } = wire.address() as AddressInfo
        const url = way.leadTo(`test://user:secret@${way.wireAddress}:${port}/database`)
        const task = { kind: 'task', file: 'tasks/reach.js', parameters: {} } as const
        const frames = await follow(await start(task, { variables: { THE_WIRE: url } }))
        expect(JSON.parse(textOf(frames))).toMatchObject({ wire: 'the wire', variable: world.variable.value })
        expect(way.broken.aborted).toBe(false)
      } finally {
        wire.close()
        await way[Symbol.asyncDispose]()
      }
    })

    it('answers for the tasks of its release, and with their own validators', async () => {
      world.writeTask(
        'tasks/greet.js',
        `import { defineScript } from 'purser'
import { z } from 'zod'
console.log('noise while loading')
export default defineScript({
  name: 'greet', summary: 'Greets.', params: z.object({ name: z.string().min(2) }),
  run: ({ params, progress }) => { progress(1, 1); console.log('Hello, ' + params.name) },
})`,
      )
      const release = await executor.release(never)
      const manifest = await Array.fromAsync(
        executor.ask(release, { ask: 'manifest', folders: ['tasks'], without: [] }, never),
      )
      expect(manifest).toMatchObject([
        { loading: 'tasks/greet.js' },
        { task: { name: 'greet', kind: 'script' } },
      ])
      const ask = (parameters: Record<string, string>) =>
        Array.fromAsync(
          executor.ask(release, { ask: 'check-parameters', file: 'tasks/greet.js', parameters }, never),
        )
      expect(await ask({ name: 'Ada' })).toMatchObject([{ value: { name: 'Ada' } }])
      expect(await ask({ name: 'A' })).toMatchObject([{ problems: [{ path: 'name' }] }])
      const task = { kind: 'task', file: 'tasks/greet.js', parameters: { name: 'Ada' } } as const
      for (const output of ['split', 'merged'] as const) {
        const frames = await follow(await start(task, { output }))
        expect(textOf(frames)).toBe('noise while loading\nHello, Ada\n')
        expect(frames.find(({ kind }) => kind === 'progress')).toMatchObject({ done: 1, total: 1 })
      }
    })
  })
}

/** Tells what answers at the wire, and at a place that is none. */
const reachSource = `import { connect } from 'node:net'
import { defineScript } from 'purser'
const reach = (host, port, timeout) => new Promise((resolve) => {
  const socket = connect({ host, port, timeout }, () => {})
  socket.on('data', (bytes) => resolve(String(bytes)))
  for (const end of ['error', 'timeout', 'end']) socket.on(end, () => { socket.destroy(); resolve('nothing') })
})
export default defineScript({
  name: 'reach', summary: 'Reaches out.',
  async run() {
    const { hostname, port } = new URL(process.env.THE_WIRE)
    const [wire, outside] = [await reach(hostname, Number(port), 30_000), await reach('sink.example.org', 443, 1_000)]
    console.log(JSON.stringify({ wire, outside, variable: process.env.COLOUR }))
  },
})`

/** How long a process sleeps by which it is told from all others: others try the same at the same time. */
function markOf(seconds: number): string {
  return `${seconds}.${String(process.pid).padStart(7, '0')}${String(attempts).padStart(3, '0')}`
}

function record(id: string): AttemptRecord {
  const starter = identify(process.pid)
  if (starter === undefined) throw new Error('This process is not in /proc.')
  return { id, host: hostname(), starter }
}
