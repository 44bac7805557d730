import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { newComparisonKey } from './keyed.ts'
import { parseProbe } from './parse.ts'
import { newNonce } from './request.ts'
import { appScript } from './script.ts'

const isRoot = process.getuid?.() === 0
/** What a container is, as far as processes go: process 1 and its own /proc. */
const ownProcesses = [...(isRoot ? [] : ['--user', '--map-root-user']), '--pid', '--fork', '--mount-proc']

const folder = mkdtempSync(path.join(tmpdir(), 'purser-target-'))
const init = path.join(folder, 'tini')
symlinkSync('/bin/sh', init)
afterAll(() => rmSync(folder, { recursive: true }))

const running: ChildProcess[] = []
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL')
})

const key = newComparisonKey()
const serve = ['tail', '-f', '/dev/null'] as const

/** Runs the probe inside, once everything that process 1 starts has started. */
function findIn(program: string, script: string, command: readonly string[]) {
  const nonce = newNonce()
  const probe = path.join(folder, `${nonce}.sh`)
  writeFileSync(probe, appScript({ nonce, key, withNode: false, files: [], command }))
  const first = path.join(folder, `${nonce}-1.sh`)
  writeFileSync(first, `${script}\nsleep 0.3\nsh -s < ${probe}\n`)
  const { stdout, stderr } = spawnSync('unshare', [...ownProcesses, program, first, 'one', 'two words'], {
    encoding: 'utf8',
  })
  const answer = parseProbe(stdout, { nonce, key })
  if (answer.end !== 'complete') throw new Error(`${JSON.stringify(answer)} ${stderr}`)
  return { ...answer.process, variables: answer.facts.get('variables') }
}

describe('the serving process', () => {
  it('is the one that runs exactly the command', () => {
    const found = findIn('sh', 'sleep 50 &\ntail -f /dev/null /dev/null &\ntail -f /dev/null &', serve)
    expect(found.argv).toEqual(serve)
    expect(found.parentArgv).toEqual(['sh', expect.any(String), 'one', 'two words'])
  })

  it('is the first of several', () => {
    const found = findIn('sh', 'tail -f /dev/null &\necho first $!\ntail -f /dev/null &', serve)
    expect(found).toMatchObject({ pid: 2, argv: serve })
  })

  it('may have line ends and nothing in its arguments', () => {
    const command = ['tail', '-q', '-f', '/dev/null', '--', 'a\nb', '']
    expect(findIn('sh', `tail -q -f /dev/null -- 'a\nb' '' &`, command).argv).toEqual(command)
  })

  it('is the child of a script that has only one', () => {
    expect(findIn('sh', 'tail -f /dev/null &', ['other']).argv).toEqual(serve)
  })

  it('is a script that has several children', () => {
    expect(findIn('sh', 'tail -f /dev/null &\nsleep 50 &', ['other'])).toMatchObject({ pid: 1 })
  })

  it('is behind an init, whatever else that started', () => {
    expect(findIn(init, 'tail -f /dev/null &\nsleep 50 &', ['other']).argv).toEqual(serve)
  })

  it('is behind a script behind an init', () => {
    const script = `sh -c 'tail -f /dev/null; true' &`
    expect(findIn(init, script, ['other']).argv).toEqual(serve)
  })
})

describe('a process that starts the app', () => {
  it.each([
    ['with other variables', 'DATABASE_URL=x TOKEN=y node_env=z', 'DATABASE_URL, TOKEN, node_env'],
    ['with many', 'A=1 B=1 C=1 D=1 E=1 F=1 G=1', 'A, B, C, D, E and 2 more'],
    ['without one', '-u PATH', 'PATH'],
    ['with another PATH', '"PATH=/other:$PATH:/last"', 'PATH'],
  ])('%s is not it', (_, made, names) => {
    const found = findIn('sh', `sh -c 'env ${made} /usr/bin/tail -f /dev/null; true' &\nsleep 50 &`, [
      'other',
    ])
    expect(found.variables).toMatchObject({
      unseen: expect.stringMatching(
        new RegExp(
          `^process 1 has started process \\d+ with other variables \\(${names}\\), which a run would not get$`,
        ),
      ),
    })
  })

  it.each([
    ['with the same', ''],
    ['with what npm adds', 'npm_lifecycle_event=start INIT_CWD=/ "PATH=/app/node_modules/.bin:$PATH"'],
    ['with what a cluster of node adds', 'NODE_UNIQUE_ID=1 NODE_CHANNEL_FD=3'],
  ])('%s may be taken for it', (_, made) => {
    const found = findIn('sh', `sh -c 'env ${made} tail -f /dev/null; true' &\nsleep 50 &`, ['other'])
    expect(found).toMatchObject({ pid: 1, variables: { value: 'listed' } })
  })

  it('is known by its command, and is not it either', () => {
    const command = ['sh', '-c', 'STAGE=live tail -f /dev/null; true']
    const found = findIn('sh', `sh -c '${command[2]}' &`, command)
    expect(found.argv).toEqual(command)
    expect(found.variables).toMatchObject({ unseen: expect.stringContaining('(STAGE)') })
  })

  it('is told from one that has written over its own', () => {
    const title = '$0 = "title" x 400; sleep 60'
    const found = findIn('sh', `perl -e '${title}' &\nsleep 50 &`, ['other'])
    expect(found).toMatchObject({ pid: 1, variables: { value: 'listed' } })
  })
})

describe('a process of another user', () => {
  it('is left alone, and the user named', async () => {
    const child = spawn('tail', ['-f', '/dev/null'], { stdio: 'ignore' })
    running.push(child)
    await once(child, 'spawn')
    // Without root there is somebody else's process still: the machine's first.
    const [pid, user] = isRoot ? [child.pid, { uid: 65_534, gid: 65_534 }] : [1, {}]
    const nonce = newNonce()
    const input = appScript({ nonce, key, withNode: false, files: [], command: [], pid: pid ?? 1 })
    const { stdout } = spawnSync('sh', ['-s'], { input, encoding: 'utf8', cwd: '/', ...user })
    expect(parseProbe(stdout, { nonce, key })).toEqual({ end: 'other-user', uid: 0, gid: 0 })
  })
})
