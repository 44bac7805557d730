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
  return answer.process
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
