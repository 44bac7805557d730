import { spawnSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { purser, purserProgram, typePurser } from '../support/cli.ts'
import { makeProject, type Project } from '../support/project.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { onTerminal } from '../support/terminal.ts'

const colour = '\u001b['
/** Outside of the project: a file beside its code would be another release. */
const elsewhere = temporaryFolder()
/** The steps go on once this is there. */
const seen = path.join(elsewhere.folder, 'seen')
let project: Project

beforeAll(async () => {
  project = makeProject()
  project.write(
    'tasks/steps.js',
    `import { defineScript } from 'purser'
import { existsSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
export default defineScript({
  name: 'steps', summary: 'Takes three steps.',
  async run({ progress }) {
    for (const step of [1, 2, 3]) { progress(step, 3, 'steps'); while (!existsSync('${seen}')) await setTimeout(20) }
    console.log('three steps taken')
  },
})`,
  )
  await project.startApp()
})
afterAll(async () => {
  await project[Symbol.asyncDispose]()
  elsewhere[Symbol.dispose]()
})

/** Types a command, and lets its steps go on when it shows the first; gives all that the terminal got. */
async function typed(
  variables: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<string> {
  rmSync(seen, { force: true })
  const { code, shown } = await onTerminal(args, {
    folder: project.folder,
    variables: {
      PATH: process.env.PATH ?? '',
      HOME: '/nonexistent',
      TERM: 'xterm-256color',
      ...variables,
    },
    hear(shown) {
      if (shown.includes('1 of 3 steps')) writeFileSync(seen, '')
      return undefined
    },
  })
  expect(code).toBe(0)
  return shown
}

describe('on a terminal', () => {
  it('a run is coloured, and shows its progress in one line that goes away', async () => {
    const shown = await typed({}, 'run', 'steps', '-e', 'local')
    expect(shown).toContain(colour)
    expect(shown).toMatch(/33 %.*1 of 3 steps/)
    expect(shown).toContain('\r\u001b[K')
    expect(shown).toContain('three steps taken')
  })

  it('NO_COLOR takes the colours away, and nothing else', async () => {
    const shown = await typed({ NO_COLOR: '1' }, 'run', 'steps', '-e', 'local')
    expect(shown).toMatch(/33 %.*1 of 3 steps/)
    expect(shown.replaceAll('\r\u001b[K', '')).not.toContain(colour)
    expect(await typed({ NO_COLOR: '1' }, 'runs')).not.toContain(colour)
  })
})

describe('a table and an error', () => {
  const why = 'a reason of so many words that no terminal has room for all of them in one line'
  const widest = (text: string) =>
    Math.max(
      ...stripVTControlCharacters(text.replaceAll('\r', ''))
        .split('\n')
        .map((line) => line.length),
    )

  it('fit the terminal, and are whole in a pipe', async () => {
    await purser(project.folder, ['run', '-e', 'local', '--reason', why, '--', 'true'])
    expect(widest(await typed({}, 'runs'))).toBeLessThanOrEqual(80)
    const shown = await typed({}, 'show', 'last')
    expect(widest(shown)).toBeLessThanOrEqual(80)
    expect(stripVTControlCharacters(shown).replaceAll(/\s+/g, ' ')).toContain(why)
    expect((await purser(project.folder, ['runs'])).stdout).toContain(why)
  })
})

describe('in a pipe', () => {
  it('there is no colour and no progress line', async () => {
    writeFileSync(seen, '')
    const { stdout, stderr } = await purser(project.folder, ['run', 'steps', '-e', 'local'])
    expect(stdout).toBe('three steps taken\n')
    for (const trace of ['\u001b', '\r', '%']) expect(stderr).not.toContain(trace)
  })

  it('a reader that has enough ends the command quietly', async () => {
    const typed = typePurser(project.folder, ['run', '-e', 'local', '--', 'yes'])
    await typed.printed('y\ny\n')
    typed.process.stdout?.destroy()
    const { stderr } = await typed.finished
    expect(stderr).not.toContain('EPIPE')
    await purser(project.folder, ['cancel', 'last'])
  })

  it('output that can’t be written is no code of the task', () => {
    const line = '"$0" "$1" runs > /dev/full'
    const { status, stderr } = spawnSync('sh', ['-c', line, process.execPath, purserProgram], {
      cwd: project.folder,
      encoding: 'utf8',
    })
    expect([status, stderr]).toEqual([74, expect.stringContaining("can't be written")])
  })

  it('JSON is one frame a line, and the run last', async () => {
    writeFileSync(seen, '')
    const { stdout } = await purser(project.folder, ['run', 'steps', '-e', 'local', '--json'])
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines.map(({ kind }) => kind).filter((kind) => kind !== 'progress')).toEqual([
      'started',
      'output',
      'outcome',
      'script',
    ])
    expect(lines.at(-1)).toMatchObject({ status: 'succeeded', exitCode: 0, exitCodeFrom: 'task' })
  })
})

it('help shows an example of every command', async () => {
  const commands = [
    'init',
    'check',
    'tasks',
    'run',
    'runs',
    'show',
    'logs',
    'cancel',
    'rehearse',
    'parity',
    'worker',
    'pause',
    'resume',
    'buried',
    'replay',
    'clone list',
    'clone drop',
    'ledger verify',
    'ledger head',
    'ledger export',
    'completion',
  ]
  for (const command of commands) {
    const { code, stdout } = await purser('/', [...command.split(' '), '--help'])
    expect([command, code]).toEqual([command, 0])
    expect(stdout).toMatch(new RegExp(`\\n  (?:source <\\()?purser ${command}`))
  }
})

it('help may be asked for in a word', async () => {
  for (const words of [[], ['run'], ['clone', 'drop']]) {
    const [asWord, asFlag] = await Promise.all([
      purser('/', ['help', ...words]),
      purser('/', [...words, '--help']),
    ])
    expect(asWord).toEqual(asFlag)
    expect([asWord.code, asWord.stdout]).toEqual([0, expect.stringContaining('USAGE')])
  }
})

it('another system is told so', async () => {
  const darwin = "data:text/javascript,Object.defineProperty(process,'platform',{value:'darwin'})"
  const { code, stderr } = await purser(project.folder, ['runs'], {
    variables: { NODE_OPTIONS: `--import=${darwin}` },
  })
  expect([code, stderr]).toEqual([80, expect.stringContaining('/proc, which darwin does not have')])
})

it('of a group of commands, those of the group are named', async () => {
  const { code, stderr } = await purser(project.folder, ['clone', 'remove'])
  expect([code, stderr]).toEqual([80, expect.stringContaining('no command "clone remove"')])
  expect(stderr).toContain('"list" and "drop"')
})

it('a shell completes commands, environments, tasks and runs', async () => {
  await purser(project.folder, ['tasks', '-e', 'local'])
  const complete = async (...words: string[]) =>
    (await purser(project.folder, ['complete-words', '--', ...words])).stdout.split('\n').filter(Boolean)
  expect(await complete('ru')).toEqual(['run', 'runs'])
  expect(await complete('run', '-e', '')).toEqual(['local'])
  expect(await complete('run', 'st')).toContain('steps')
  expect(await complete('show', 'la')).toEqual(['last'])
  expect(await complete('rehearse', '--without', 'cr')).toEqual(['crowd'])
  expect(await complete('rehearse', 'st')).toEqual([]) // it is no migration
  expect(await complete('help', 'ru')).toEqual(['run', 'runs'])
  const { stdout } = await purser(project.folder, ['completion', 'bash'])
  const words = `purser() { '${process.execPath}' '${purserProgram}' "$@"; }; COMP_WORDS=(purser sh); COMP_CWORD=1; _purser; echo "$COMPREPLY"`
  const { stdout: replied } = spawnSync('bash', ['-c', `${stdout}\n${words}`], {
    cwd: project.folder,
    encoding: 'utf8',
  })
  expect(replied).toBe('show\n')
})
