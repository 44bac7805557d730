import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { compareFacts } from '../parity/compare.ts'
import type { ProbeAnswer } from './answer.ts'
import { keyedDigest, newComparisonKey } from './keyed.ts'
import { parseProbe, probeEnd } from './parse.ts'
import { newNonce } from './request.ts'
import { appScript, goAhead, refusedExit, twinScript } from './script.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'purser-probe-'))
const app = path.join(folder, 'app')
const applets = path.join(folder, 'applets')

/** The shells that an image's sh may be, each with the tools that come with it. */
const shells = [
  { name: 'dash', argv: ['dash'], tools: '/usr/bin:/bin', passesOnOddNames: false },
  { name: 'busybox', argv: ['busybox', 'sh'], tools: applets, passesOnOddNames: false },
  { name: 'bash', argv: ['bash', '--posix'], tools: '/usr/bin:/bin', passesOnOddNames: true },
] as const

const nasty: Readonly<Record<string, string>> = {
  PLAIN: 'value',
  EMPTY: '',
  LINES: 'one\ntwo\n\nthree',
  QUOTES: `'it's' "so" \`id\` $(id) \${HOME} \\n \\\\`,
  QUOTED: '"in quotes"',
  ENDED: 'with its line end\n',
  EQUALS: '=a=b==',
  SPACES: '  \t two  ',
  PERCENT: '%s%d%n %',
  GLOB: '* ? [a-z] ~',
  UTF8: 'grüß 世界 🚢',
  LONG: `${'0123456789"\\\n$='.repeat(7_000)}end`,
  DASH: '-n -e --',
  lower_case: 'x',
}

const running: ChildProcess[] = []

beforeAll(() => {
  mkdirSync(path.join(app, 'node_modules/typescript'), { recursive: true })
  mkdirSync(applets)
  const { stdout } = spawnSync('busybox', ['--list'], { encoding: 'utf8' })
  for (const applet of stdout.trim().split('\n')) symlinkSync('/bin/busybox', path.join(applets, applet))
  writeFileSync(path.join(app, 'package-lock.json'), '{"lockfileVersion":3}\n')
  writeFileSync(path.join(app, 'REVISION'), 'abc123\n')
  writeFileSync(path.join(app, '.env'), 'SECRET=1\n')
})

afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL')
})

afterAll(() => rmSync(folder, { recursive: true }))

function startApp(env: Readonly<Record<string, string>>): number {
  const child = spawn('/usr/bin/tail', ['-f', '/dev/null'], { env, cwd: app, stdio: 'ignore' })
  running.push(child)
  if (child.pid === undefined) throw new Error('tail did not start.')
  return child.pid
}

const key = newComparisonKey()
type Complete = Extract<ProbeAnswer, { end: 'complete' }>

function complete(text: string, nonce: string): Complete {
  const answer = parseProbe(text, { nonce, key })
  if (answer.end !== 'complete') throw new Error(`${JSON.stringify(answer)} in ${text}`)
  return answer
}

describe.each(shells)('the probe in $name', ({ argv: [program, ...options], tools, passesOnOddNames }) => {
  const env = { PATH: tools, TERM: 'dumb' }

  function probe(
    pid: number,
    also: { withNode?: boolean; files?: string[] } = {},
  ): Complete & { ms: number } {
    const nonce = newNonce()
    const input = appScript({ nonce, key, withNode: false, files: [], command: [], pid, ...also })
    const started = performance.now()
    const { stdout } = spawnSync(program, [...options, '-s'], { input, env, encoding: 'utf8' })
    return { ...complete(stdout, nonce), ms: performance.now() - started }
  }

  it('reads every variable to the byte, and prints none', () => {
    const { facts } = probe(startApp({ ...nasty, PATH: tools, 'odd.name': 'x', 'a b': 'y' }))
    for (const [name, value] of Object.entries(nasty))
      expect.soft(facts.get(`variables:${name}`), name).toMatchObject({ value: keyedDigest(key, value) })
    expect(facts.has('variables:odd.name')).toBe(true)
    expect(facts.has('variables:a b')).toBe(true)
    expect(facts.get('variables')).toMatchObject({ value: 'listed' })
    expect(facts.get('variable-quoting')).toMatchObject({ value: '1 quoted, 1 with a line end' })
  })

  it('reads the process, its files and its folder', () => {
    const pid = startApp({ PATH: tools })
    const { facts, process: found, room } = probe(pid, { files: [path.join(app, 'package-lock.json')] })
    expect(found).toMatchObject({ pid, uid: process.getuid?.(), gid: process.getgid?.() })
    expect(found.argv).toEqual(['/usr/bin/tail', '-f', '/dev/null'])
    expect(found.parentArgv).toEqual(readFileSync('/proc/self/cmdline', 'utf8').split('\0').slice(0, -1))
    expect(found.directory).toBe(app)
    expect(found.executable).toMatch(/\/(?:tail|busybox|coreutils)$/)
    expect(facts.get('working-directory')).toEqual({ value: app, source: `/proc/${pid}/cwd` })
    expect(facts.get('code-revision:REVISION')).toMatchObject({ value: 'abc123' })
    expect(facts.get('config-files:.env')).toMatchObject({ value: keyedDigest(key, 'SECRET=1\n') })
    expect(facts.get(`config-files:${app}/package-lock.json`)).toMatchObject({
      value: keyedDigest(key, '{"lockfileVersion":3}\n'),
    })
    expect(facts.get('dependencies:package-lock.json')).toMatchObject({
      value: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
    expect(facts.get('development-dependencies')).toMatchObject({ value: 'typescript' })
    expect(facts.get('umask')).toMatchObject({ value: expect.stringMatching(/^\d{4}$/) })
    expect(facts.get('ulimits:core file size')).toBeDefined()
    expect(facts.get('mounts')).toMatchObject({ value: 'listed' })
    expect(facts.get('dns:resolv.conf')).toBeDefined()
    expect(facts.get('egress')).toBeDefined()
    expect([...facts.values()].filter((fact) => 'unseen' in fact)).toEqual([])
    expect(room.memoryBytes).toBeGreaterThan(1_000_000)
    expect(room.diskBytes).toBeGreaterThan(0)
    expect(room.maxThreads).toBeGreaterThan(room.threads ?? Number.POSITIVE_INFINITY)
  })

  it('does not read through a large file that may hold secrets', () => {
    const dump = path.join(folder, 'dump.sql')
    writeFileSync(dump, 'x'.repeat(1_100_000))
    const files = [dump, folder, path.join(folder, 'not-there')]
    const { facts } = probe(startApp({ PATH: tools }), { files })
    expect(facts.get(`config-files:${dump}`)).toMatchObject({
      value: expect.stringMatching(/^1100000 bytes, changed at \d+$/),
    })
    expect([...facts.keys()].filter((id) => id.startsWith('config-files:'))).toHaveLength(2)
  })

  it('finds no difference between a process and its like', () => {
    const [one, other] = [
      probe(startApp({ ...nasty, PATH: tools })),
      probe(startApp({ ...nasty, PATH: tools })),
    ]
    const none = new Map<string, string>()
    const app = [{ id: 'app', facts: one.facts }]
    expect(
      compareFacts({ app, twin: other.facts, declared: none, own: none, configured: new Set() }),
    ).toMatchObject({ verdict: 'same', findings: [], unobserved: [], varying: [], own: [] })
  })

  it('asks the app’s node, without what its options load', () => {
    const pid = startApp({
      PATH: `${path.dirname(process.execPath)}:${tools}`,
      TZ: 'Asia/Tokyo',
      NODE_OPTIONS: '--max-old-space-size=300 --import ./no-such-file.js',
    })
    const { facts } = probe(pid, { withNode: true })
    expect(facts.get('timezone:node')).toEqual({ value: 'Asia/Tokyo', source: 'node' })
    expect(facts.get('heap-limit')).toMatchObject({ value: expect.stringMatching(/^[34]\d\d MiB$/) })
    expect(facts.get('runtime-version:node')).toMatchObject({ value: process.version })
  })

  it('says so when the app’s node does not answer', () => {
    const bin = mkdtempSync(path.join(folder, 'bin-'))
    symlinkSync('/bin/false', path.join(bin, 'node'))
    const { facts } = probe(startApp({ PATH: `${bin}:${tools}` }), { withNode: true })
    expect(facts.get('heap-limit:node')).toEqual({ unseen: 'node did not answer' })
    expect(facts.get('umask')).toBeDefined()
  })

  it('is what the kernel ends where memory is short, and not the app', () => {
    const bin = mkdtempSync(path.join(folder, 'bin-'))
    const seen = path.join(bin, 'score')
    writeFileSync(
      path.join(bin, 'node'),
      `#!/bin/sh\nread -r score < /proc/$$/oom_score_adj\necho $score > ${seen}\nexit 1\n`,
      {
        mode: 0o755,
      },
    )
    const pid = startApp({ PATH: `${bin}:${tools}` })
    const before = readFileSync(`/proc/${pid}/oom_score_adj`, 'utf8')
    probe(pid, { withNode: true })
    expect(readFileSync(seen, 'utf8')).toBe('1000\n')
    expect(readFileSync(`/proc/${pid}/oom_score_adj`, 'utf8')).toBe(before)
  })

  it('says so when variables were written over', async () => {
    const title = '$0 = "title" x 40; $| = 1; print "ready"; sleep 60'
    const renamed = spawn('/usr/bin/perl', ['-e', title], { env: { A: 'x'.repeat(50), PATH: tools } })
    running.push(renamed)
    await once(renamed.stdout, 'data')
    expect(probe(renamed.pid ?? 0).facts.get('variables')).toEqual({
      unseen: 'the process has written over what it was started with',
    })
  })

  it('reads five hundred variables in a few seconds', { timeout: 30_000 }, () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`NAME_${at}`, `value ${at}`]))
    const { facts, ms } = probe(startApp(many))
    expect(facts.get('variables:NAME_499')).toMatchObject({ value: keyedDigest(key, 'value 499') })
    expect(ms).toBeLessThan(10_000)
  })

  describe('in a twin', () => {
    const argv = [
      process.execPath,
      '-e',
      'console.log(JSON.stringify([process.env, process.argv.slice(1), process.umask()])); process.stdin.pipe(process.stdout)',
      'a  b',
      '',
      "it's",
    ]

    async function startContainer(
      env: Readonly<Record<string, string>>,
      command: readonly string[],
      verdict: (nonce: string) => string,
      also: { directory?: string } = {},
    ) {
      const nonce = newNonce()
      const child = spawn(program, [...options, '-s', '--', ...command], { env, cwd: app })
      running.push(child)
      let printed = Buffer.alloc(0)
      child.stdout.on('data', (bytes) => {
        const before = probeEnd(printed, nonce)
        printed = Buffer.concat([printed, bytes])
        if (before === undefined && probeEnd(printed, nonce) !== undefined) child.stdin.end(verdict(nonce))
      })
      const asked = { nonce, key, withNode: false, files: [], ...also }
      child.stdin.write(twinScript({ ...asked, beforeWork: ['umask 027'] }))
      const [code] = await once(child, 'close')
      const end = probeEnd(printed, nonce) ?? 0
      return { code, answer: complete(printed.toString(), nonce), output: printed.subarray(end).toString() }
    }

    it('becomes the command, with its arguments, the rest of stdin and just the variables that there were', async () => {
      const env = { ...nasty, PATH: tools, LC_ALL: 'C.UTF-8', SHLVL: '3' }
      const { code, answer, output } = await startContainer(
        env,
        argv,
        (nonce) => `${goAhead(nonce)}\nto the task\n`,
      )
      const [line, ...rest] = output.split('\n')
      const [variables, words, umask] = JSON.parse(line ?? '')
      expect({ code, rest, umask }).toEqual({ code: 0, rest: ['to the task', ''], umask: 0o027 })
      expect(words).toEqual(['a  b', '', "it's"])
      expect(variables).toEqual(env)
      expect(answer.process).toMatchObject({ program: process.execPath, lostVariables: [] })
      for (const [name, value] of Object.entries(env))
        expect
          .soft(answer.facts.get(`variables:${name}`), name)
          .toMatchObject({ value: keyedDigest(key, value) })
    })

    it.each([
      ['works', 'elsewhere', 'def456'],
      ['worked, and it has no such folder', 'not-there', 'abc123'],
    ])('looks for files where the app %s, and begins where it was started', async (_, name, revision) => {
      const elsewhere = path.join(folder, 'elsewhere')
      mkdirSync(elsewhere, { recursive: true })
      writeFileSync(path.join(elsewhere, 'REVISION'), 'def456\n')
      const { answer, output } = await startContainer(
        { PATH: tools },
        [process.execPath, '-p', '[process.cwd(), process.env.PWD].join()'],
        (nonce) => `${goAhead(nonce)}\n`,
        { directory: path.join(folder, name) },
      )
      expect(answer.facts.get('code-revision:REVISION')).toMatchObject({ value: revision })
      expect(answer.facts.get('working-directory')).toMatchObject({ value: app })
      expect(output).toBe(`${app},\n`)
    })

    it('leaves none of the shell’s variables behind', async () => {
      const { output } = await startContainer({ PATH: tools }, argv, (nonce) => `${goAhead(nonce)}\n`)
      expect(JSON.parse(output)[0]).toEqual({ PATH: tools })
    })

    it('knows what its shell does not pass on', async () => {
      const { answer, output } = await startContainer(
        { PATH: tools, 'odd.name': 'x' },
        argv,
        (nonce) => `${goAhead(nonce)}\n`,
      )
      expect(answer.process.lostVariables).toEqual(passesOnOddNames ? [] : ['odd.name'])
      expect(answer.facts.has('variables:odd.name')).toBe(passesOnOddNames)
      expect('odd.name' in JSON.parse(output)[0]).toBe(passesOnOddNames)
    })

    it.each([
      ['another word', () => 'go away\n'],
      ['the nonce of another', () => `${goAhead(newNonce())}\n`],
      ['nothing', () => ''],
    ])('does not begin when it is told %s', async (_, verdict) => {
      expect(await startContainer({ PATH: tools }, argv, verdict)).toMatchObject({
        code: refusedExit,
        output: '',
      })
    })

    it('knows when its program is not there', async () => {
      const { answer, code } = await startContainer(
        { PATH: tools },
        ['no-such-program'],
        (nonce) => `${goAhead(nonce)}\n`,
      )
      expect(answer.process.program).toBeUndefined()
      expect(code).toBe(127)
    })
  })
})
