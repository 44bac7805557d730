import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../../../test/support/temporary-folder.ts'
import type { Argv } from '../../../tasks/task.ts'
import type { OutputMode } from '../../../tasks/task-options.ts'
import type { Work } from '../../executor.ts'
import { answerScript, beforeWork, begunRecord, type Shell, shimCommand, workWords } from './shim.ts'

const temporary = temporaryFolder()
const { folder } = temporary
const applets = path.join(folder, 'applets')
const app = path.join(folder, 'app with spaces')
const inside = path.join(app, 'src/deep')

/** Tells what it was started with, and what it gets on stdin and on the channel. */
const releaseSide = `
import { fstatSync, readFileSync } from 'node:fs'
const isPipe = (fd) => { try { return fstatSync(fd).isFIFO() || fstatSync(fd).isSocket() } catch { return false } }
const channel = isPipe(3) ? readFileSync(3, 'utf8') : ''
console.error(JSON.stringify({ args: process.argv.slice(2), options: process.execArgv, stdin: readFileSync(0, 'utf8'), channel }))
`
const answering = `
import { readFileSync, writeSync } from 'node:fs'
console.log('noise while loading')
writeSync(3, JSON.stringify({ asked: JSON.parse(readFileSync(0, 'utf8')), host: process.env.VIRTUAL_HOST }) + '\\n')
`

beforeAll(() => {
  mkdirSync(applets)
  const names = execFileSync('busybox', ['--list'], { encoding: 'utf8' }).trim().split('\n')
  for (const name of names) symlinkSync('/bin/busybox', path.join(applets, name))
  mkdirSync(inside, { recursive: true })
  mkdirSync(path.join(app, 'node_modules/purser/dist/bin'), { recursive: true })
  writeFileSync(path.join(app, 'node_modules/purser/package.json'), '{ "type": "module" }')
})
afterAll(() => temporary[Symbol.dispose]())

const shells = [
  { name: 'dash', shell: ['dash'], tools: '/usr/bin:/bin' },
  { name: 'busybox', shell: ['busybox', 'sh'], tools: applets },
  { name: 'bash', shell: ['bash', '--norc', '--posix'], tools: '/usr/bin:/bin' },
] as const satisfies readonly { name: string; shell: Shell; tools: string }[]

const nasty = { VIRTUAL_HOST: `it's "shop" $HOME \`id\` \\n\n!`, VIRTUAL_PORT: '' }
const hidden = Object.entries(nasty).map(([name, value]) => `${name}=${value}`)

interface Options {
  readonly hidden?: readonly string[]
  readonly output?: OutputMode
  /** What comes on stdin after the verdict. */
  readonly after?: string
  readonly cwd?: string
}

describe.each(shells)('the shim in $name', ({ shell, tools }) => {
  const environment = { PATH: `${tools}:${path.dirname(process.execPath)}:/usr/bin` }

  /** What comes after the script comes when it has shown itself, since some shells read ahead. */
  const start = async (cwd: string, words: readonly string[], script: string, after: string) => {
    const [program = '', ...args] = shimCommand(shell, words)
    const child = spawn(program, args, { cwd, env: environment })
    const [printed, complained] = [text(child.stdout), text(child.stderr)]
    child.stdin.write(script)
    await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])
    child.stdin.end(after)
    const [status] = await once(child, 'close')
    return { stdout: await printed, stderr: await complained, status }
  }
  /** As the probe's script has it. */
  const become = async (
    work: Work,
    { hidden = [], output = 'split', after = '', cwd = folder }: Options = {},
  ) => {
    const lines = beforeWork(work, { nonce: 'n0nce', hidden, output })
    const script = `{\necho shown\nIFS= read -r verdict\n${lines.join('\n')}\nexec "$@"\n}\n`
    const words = workWords(work, [process.execPath, '--no-warnings'])
    const { stdout, ...rest } = await start(cwd, words, script, `go\n${after}`)
    const told = stdout.replace('shown\n', '')
    const begun = `\u001en0nce ${begunRecord}\u001f`
    expect(told.startsWith(begun)).toBe(true)
    return { stdout: told.slice(begun.length), ...rest }
  }
  const command = (...argv: Argv): Work => ({ kind: 'command', argv })

  it('becomes the command, with its arguments as they are', async () => {
    const words = ['', ' two  words ', "it's", '"$HOME"', '-n', '--', '*', 'line\nend\n']
    const { stdout } = await become(
      command(process.execPath, '-p', 'JSON.stringify(process.argv.slice(1))', '--', ...words),
    )
    expect(JSON.parse(stdout)).toEqual(words)
  })

  it('gives it the variables that others may not see', async () => {
    const print = command(process.execPath, '-p', 'JSON.stringify(process.env)')
    expect(JSON.parse((await become(print, { hidden })).stdout)).toMatchObject(nasty)
  })

  it('gives it nothing on stdin', async () => {
    expect(await become(command('cat'), { after: 'what was left\n' })).toEqual({
      stdout: '',
      stderr: '',
      status: 0,
    })
  })

  it('gives it one pipe for both streams where that was asked for', async () => {
    const both = command('sh', '-c', 'echo a; echo b >&2; echo c')
    expect(await become(both, { output: 'merged' })).toEqual({ stdout: 'a\nb\nc\n', stderr: '', status: 0 })
    expect(await become(both)).toEqual({ stdout: 'a\nc\n', stderr: 'b\n', status: 0 })
  })

  it('ends with its exit code, and with 127 where there is no such program', async () => {
    expect((await become(command('sh', '-c', 'exit 7'))).status).toBe(7)
    expect((await become(command('no-such-program'))).status).toBe(127)
  })

  it('starts the release side of the nearest packages, which gets its assignment', async () => {
    writeFileSync(path.join(app, 'node_modules/purser/dist/bin/release.js'), releaseSide)
    const work: Work = { kind: 'task', file: 'tasks/a.ts', parameters: {} }
    const { stderr, status } = await become(work, { after: '{"file":"tasks/a.ts"}\n', cwd: inside })
    expect(status).toBe(0)
    expect(JSON.parse(stderr)).toEqual({
      args: ['work'],
      options: ['--no-warnings'],
      stdin: '',
      channel: '{"file":"tasks/a.ts"}\n',
    })
  })

  it('says so where there is none', async () => {
    const { stderr, status } = await become({ kind: 'task', file: 'tasks/a.ts', parameters: {} })
    expect([status, stderr]).toEqual([127, expect.stringContaining('no package "purser"')])
  })

  it('answers behind its mark, and keeps what is printed meanwhile apart', async () => {
    writeFileSync(path.join(app, 'node_modules/purser/dist/bin/release.js'), answering)
    const script = answerScript(shell, 'the mark', hidden)
    const { stdout, stderr, status } = await start(inside, [process.execPath], script, '{"ask":"manifest"}')
    const [mark, answer = ''] = stdout.split('\n')
    expect([mark, stderr, status]).toEqual(['the mark', 'noise while loading\n', 0])
    expect(JSON.parse(answer)).toEqual({ asked: { ask: 'manifest' }, host: nasty.VIRTUAL_HOST })
  })
})
