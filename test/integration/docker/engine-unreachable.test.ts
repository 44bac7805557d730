import { execFile } from 'node:child_process'
import { chmodSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { openEngine } from '../../../src/executors/docker/engine/open-engine.ts'
import { packageRoot } from '../../support/package-root.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { answering, overSsh, overTcp, overTls, overUnix, writeSsh } from './engine-ways.ts'

const run = promisify(execFile)

/** What asking an engine fails with. */
async function failure(host: string, variables: Readonly<Record<string, string>> = {}) {
  using engine = await openEngine({}, { DOCKER_HOST: host, ...variables })
  return await engine.get('/info').then(
    () => undefined,
    (error) => error,
  )
}

const unreachable = (host: string, cause: string | RegExp) => ({
  code: 'ENGINE_UNREACHABLE',
  message:
    typeof cause === 'string'
      ? `No Docker Engine answers at ${host}, which DOCKER_HOST names: ${cause}.`
      : expect.stringMatching(cause),
})

describe('a socket', () => {
  it('that is not there is said, with what to do', async () => {
    using temporary = temporaryFolder()
    const host = `unix://${temporary.folder}/docker.sock`
    const error = await failure(host)
    expect(error).toMatchObject(unreachable(host, 'there is no such socket'))
    expect(error.remedy).toContain('sudo systemctl start docker')
  })

  it('that this user may not open is another matter', async () => {
    await using way = await overUnix()
    const socket = way.host.slice('unix://'.length)
    chmodSync(path.dirname(socket), 0o755)
    chmodSync(socket, 0o600)
    const script = `
      import { openEngine } from ${JSON.stringify(path.join(packageRoot, 'src/executors/docker/engine/open-engine.ts'))}
      using engine = await openEngine({ host: process.argv[1] }, {})
      if (process.getuid() === 0) process.seteuid(65534)
      await engine.get('/info').catch((error) => console.log(error.code, error.message))`
    if (process.getuid?.() !== 0) chmodSync(socket, 0)
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script, way.host])
    expect(stdout).toBe(
      `ENGINE_FORBIDDEN The Docker Engine at ${way.host}, which the configuration names, can't be used by this user: its socket may not be opened.\n`,
    )
  })

  const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n'
  it.each([
    ['speaks something else', '220 mail.example ESMTP\r\n', 'what answers there does not speak HTTP'],
    ['hangs up', '', 'the connection was closed without a whole answer'],
    ['is another server', `${ok}\r\nOK`, 'what answers there is something else'],
    [
      'breaks off',
      'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nO',
      'the connection was closed without a whole answer',
    ],
    ['is a proxy', 'HTTP/1.1 503 No\r\nContent-Length: 9\r\n\r\nStarting.', 'the answer is 503, "Starting"'],
  ])('whose owner %s is no engine', async (_, answer, cause) => {
    await using way = await answering(answer)
    expect(await failure(way.host)).toMatchObject(unreachable(way.host, cause))
  })

  it('of an engine that is too old says so, and one of a newer engine speaks ours', async () => {
    await using old = await answering(`${ok}Api-Version: 1.39\r\n\r\nOK`)
    expect(await failure(old.host)).toMatchObject({
      code: 'ENGINE_TOO_OLD',
      message: `The Docker Engine at ${old.host} speaks version 1.39 of its API; purser needs 1.40.`,
    })
    await using newer = await answering(`${ok}Api-Version: 1.100\r\n\r\nOK`)
    using engine = await openEngine({ host: newer.host }, {})
    expect(await engine.apiVersion()).toBe('1.47')
  })

  it('is tried again the next time', async () => {
    using temporary = temporaryFolder()
    using engine = await openEngine({ host: `unix://${temporary.folder}/docker.sock` }, {})
    await expect(engine.apiVersion()).rejects.toThrow('there is no such socket')
    await using way = await overUnix()
    await run('ln', ['-s', way.host.slice('unix://'.length), `${temporary.folder}/docker.sock`])
    expect(await engine.apiVersion()).toMatch(/^1\.\d+$/)
  })
})

describe('tcp', () => {
  it('to nobody is refused', async () => {
    const way = await overTcp()
    await way[Symbol.asyncDispose]()
    expect(await failure(way.host)).toMatchObject(unreachable(way.host, 'the connection was refused'))
  })

  it('to no such name', async () => {
    const host = 'tcp://nowhere.invalid:2375'
    expect(await failure(host)).toMatchObject(
      unreachable(host, /its name (?:leads to no address|can’t be looked up now)\.$/),
    )
  })
})

describe('TLS', () => {
  it('needs a certificate of ours where the engine asks for one', async () => {
    await using way = await overTls()
    const { host, folder } = way
    await run('rm', [`${folder}/certificates/cert.pem`, `${folder}/certificates/key.pem`])
    const error = await failure(host, way.variables)
    expect(error).toMatchObject(unreachable(host, 'TLS failed: tlsv13 alert certificate required'))
    expect(error.remedy).toContain('DOCKER_CERT_PATH')
  })

  it('is refused with an engine that another authority vouches for', async () => {
    await using way = await overTls()
    const { host, folder } = way
    await run('cp', [`${folder}/others/ca.pem`, `${folder}/certificates/ca.pem`])
    expect(await failure(host, way.variables)).toMatchObject(
      unreachable(host, 'TLS failed: self-signed certificate in certificate chain'),
    )
    const { DOCKER_CERT_PATH = '' } = way.variables
    expect(await failure(host, { DOCKER_TLS: '1', DOCKER_CERT_PATH })).toBeUndefined()
  })

  it('is refused with an engine of another name', async () => {
    await using way = await overTls()
    const host = way.host.replace('127.0.0.1', 'localhost')
    expect(await failure(host, way.variables)).toMatchObject(
      unreachable(host, /TLS failed: Hostname\/IP does not match certificate's altnames/),
    )
  })

  it('is not spoken by all', async () => {
    await using plain = await overTcp()
    expect(await failure(plain.host, { DOCKER_TLS: '1' })).toMatchObject(
      unreachable(plain.host, /TLS failed: \S+/),
    )
    await using secure = await overTls()
    expect(await failure(secure.host)).toMatchObject({ code: 'ENGINE_UNREACHABLE' })
  })
})

describe('ssh', () => {
  it('is called by a list of arguments', async () => {
    await using plain = await overSsh('ssh://far.example')
    expect(await failure(plain.host, plain.variables)).toBeUndefined()
    const options = ['-o', 'ConnectTimeout=30', '-T']
    expect(plain.calls()).toEqual([[...options, '--', 'far.example', 'docker', 'system', 'dial-stdio']])

    await using whole = await overSsh('ssh://me@far.example:2222/run/user/1000/docker.sock')
    expect(await failure(whole.host, whole.variables)).toBeUndefined()
    expect(whole.calls()).toEqual([
      [
        ...[...options, '-l', 'me', '-p', '2222', '--', 'far.example', 'docker'],
        ...['--host', 'unix:///run/user/1000/docker.sock', 'system', 'dial-stdio'],
      ],
    ])
  })

  it.each([
    [
      'says why it ends',
      ['echo "Permission denied (publickey)." >&2', 'exit 255'],
      'exit code 255: Permission denied (publickey)',
    ],
    ['says nothing', ['exit 127'], 'exit code 127 and said nothing'],
    ['is killed', ['kill -9 $$'], 'SIGKILL and said nothing'],
    [
      'says much',
      ['i=0; while [ $i -lt 99 ]; do echo "a long line $i" >&2; i=$((i+1)); done', 'exit 1'],
      /ended with exit code 1: .{300,500}a long line 98\.$/,
    ],
    [
      'leaves a connection that is shared',
      ['sleep 5 < /dev/null > /dev/null &', 'echo busy >&2', 'exit 1'],
      'exit code 1: busy',
    ],
  ])('that %s', async (_, lines, words) => {
    using temporary = temporaryFolder()
    writeSsh(temporary.folder, ['#!/bin/sh', ...lines])
    const variables = { PATH: `${temporary.folder}:${process.env.PATH}` }
    const started = performance.now()
    const error = await failure('ssh://far', variables)
    const cause = typeof words === 'string' ? `ssh ended with ${words}` : words
    expect(error).toMatchObject(unreachable('ssh://far', cause))
    expect(performance.now() - started).toBeLessThan(4_000)
  })

  it('that is not installed', async () => {
    using temporary = temporaryFolder()
    const error = await failure('ssh://far', { PATH: temporary.folder })
    expect(error).toMatchObject(unreachable('ssh://far', 'there is no program ssh here'))
  })

  it('ends with its engine', async () => {
    await using way = await overSsh()
    const engine = await openEngine({ host: way.host }, way.variables)
    await engine.get('/info')
    engine[Symbol.dispose]()
    await expect.poll(() => way.open()).toBe(0)
  })
})
