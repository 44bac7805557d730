import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Apart } from '../../../src/executors/executor.ts'
import { LocalExecutor } from '../../../src/executors/local/local-executor.ts'
import { readIfThere } from '../../support/kept-files.ts'
import { type Postgres, startPostgres } from '../../support/postgres.ts'
import { countProcesses, isGone } from '../../support/processes.ts'
import { makeProject, type Project } from '../../support/project.ts'
import { until } from '../../support/until.ts'
import { never, outputOf, shell } from './attempts.ts'
import { machineAddress, type Production, startProduction } from './production.ts'

const address = machineAddress()

describe('a twin of a process that is kept apart', () => {
  let production: Production
  let clone: Postgres
  let project: Project
  let executor: LocalExecutor
  beforeAll(async () => {
    ;[production, clone] = await Promise.all([startProduction(), startPostgres('clone-password')])
    project = makeProject()
    project.write('dsn', `host=${production.socketFolder} port=${production.postgres.port} user=postgres`)
    await project.startApp({
      DATABASE_URL: production.postgres.url(),
      SECOND_URL: production.postgres.url({ database: 'second' }),
      API_KEY: 'of-production',
    })
    const place = { root: project.folder, state: path.join(project.folder, '.purser') }
    executor = new LocalExecutor({ pidFile: 'app.pid' }, place)
  })
  afterAll(async () => {
    await project[Symbol.asyncDispose]()
    await Promise.all([production[Symbol.asyncDispose](), clone[Symbol.asyncDispose]()])
  })

  const apart = (): Apart => ({
    wire: { variable: 'DATABASE_URL', url: clone.url() },
    variables: { API_KEY: 'placeholder' },
  })
  const start = async (script: string, kept: Apart | 'not apart' = apart()) =>
    executor.start(shell(script, kept === 'not apart' ? undefined : kept), await executor.release(), never)

  /** Every way that this machine has to reach production. */
  const everyWay = () => {
    const { postgres, sinkPort, datagramPort } = production
    const send = `const s = require('dgram').createSocket('udp6')`
    return [
      'export PGCONNECT_TIMEOUT=3 PGPASSWORD=production-password PGSSLMODE=disable',
      `psql "$SECOND_URL" -c 'select 1' &`,
      `psql "$(cat dsn)" -c 'select 2' &`,
      `psql "host=${address} port=${postgres.port} user=postgres" -c 'select 3' &`,
      `curl --silent --max-time 3 http://localhost:${sinkPort}/by-name &`,
      `curl --silent --max-time 3 http://[::1]:${sinkPort}/by-ipv6 &`,
      `curl --silent --max-time 3 http://${address}:${sinkPort}/by-address &`,
      `node -e "${send}; s.send('near', ${datagramPort}, '::1', () => s.close())" &`,
      `node -e "${send}; s.send('far', ${datagramPort}, '::ffff:${address}', () => s.close())" &`,
      'wait',
    ].join('\n')
  }

  it('without that reaches every place of production', async () => {
    await outputOf(await start(everyWay(), 'not apart'))
    const log = production.log()
    expect(log).toContain('database "second" does not exist')
    expect(log).toContain('connection received: host=[local]')
    expect(log).toContain(`connection received: host=${address}`)
    expect([...production.sunk].sort()).toEqual(['/by-address', '/by-ipv6', '/by-name', 'far', 'near'])
  })

  it('reaches none of them, and each try is told', async () => {
    const before = { log: production.log(), sunk: production.sunk.length }
    const execution = await start(everyWay())
    await outputOf(execution)
    expect(production.log()).toBe(before.log)
    expect(production.sunk.length).toBe(before.sunk)
    const { postgres, sinkPort, datagramPort, socketFolder } = production
    const { escapes = [] } = await execution.look()
    expect(escapes).toEqual(
      expect.arrayContaining([
        `127.0.0.1:${postgres.port}`,
        `${socketFolder}/.s.PGSQL.${postgres.port}`,
        `${address}:${postgres.port}`,
        `[::1]:${sinkPort}`,
        `${address}:${sinkPort}`,
        `127.0.0.1:${datagramPort}/udp`,
      ]),
    )
  })

  it.each([
    ['curl --silent --max-time 1 https://Sink.example.org/', ['sink.example.org:443']],
    ['curl --silent --max-time 1 -6 http://sink.example.org:81/', ['sink.example.org:81']],
    ['curl --silent --max-time 1 http://db:8080/', ['db:8080']],
    ['curl --silent --max-time 1 http://203.0.113.7:81/', ['203.0.113.7:81']],
    ['curl --silent --max-time 1 "http://[2001:db8::5]:81/"', ['[2001:db8::5]:81']],
    [sending('203.0.113.9'), ['203.0.113.9']],
    [sending('stats.example.org'), ['stats.example.org']],
    [connectedSending('203.0.113.9'), ['203.0.113.9:8125/udp']],
    [inNode("require('dns').resolveSrv('_db._tcp.example.org', () => {})"), ['_db._tcp.example.org (SRV)']],
    [inNode("new (require('dns').Resolver)().setServers(['8.8.8.8'])"), []],
    [
      inNode(
        "const r = new (require('dns').promises.Resolver)({ timeout: 200, tries: 1 }); r.setServers(['8.8.8.8']); r.resolve4('a.b').catch(() => {})",
      ),
      [expect.stringMatching(/^8\.8\.8\.8(:53\/udp)?$/)],
    ],
    [
      inNode(
        "const s = require('net').connect(5432, '10.9.9.9'); s.on('error', () => {}); setImmediate(() => setImmediate(() => process.exit()))",
      ),
      [expect.stringMatching(/^10\.9\.9\.9/)],
    ],
    [inNode("require('dns').lookup('only.looked.up', () => {})"), []],
    ['curl --silent --max-time 1 http://localhost:1/', []],
  ])('%s: %j', async (script, expected) => {
    const execution = await start(script)
    await outputOf(execution)
    expect((await execution.look()).escapes ?? []).toEqual(expected)
  })

  it('has the wire in place of its database, and placeholders for its secrets', async () => {
    const script = `echo $API_KEY; psql "$DATABASE_URL" -c 'create table planted (id int)' -c 'insert into planted values (7)'`
    const execution = await start(script)
    expect(await outputOf(execution)).toBe('placeholder\nCREATE TABLE\nINSERT 0 1\n')
    expect(await clone.query('select id from planted')).toEqual([{ id: 7 }])
    expect((await execution.look()).escapes).toBeUndefined()
  })

  it('is told on while it still waits, and in its journal', async () => {
    const execution = await start('curl --silent http://sink.example.org/; echo over')
    await until(async () => (await execution.look()).escapes !== undefined)
    expect(await execution.look()).toMatchObject({ escapes: ['sink.example.org:80'] })
    await execution.stop()
    const frames = await Array.fromAsync(execution.frames({ follow: false }))
    expect(frames.map((frame) => (frame.kind === 'notice' ? frame.text : ''))).toContain(
      'It tried to reach sink.example.org:80, and was kept from it: nothing was sent there.',
    )
  })

  it('is in the app’s folder, as the app’s user, and can’t undo where it is', async () => {
    const text = await outputOf(
      await start(
        `pwd; id -u; umount dsn; nsenter --target=1 --net true; ls /proc/1/root 2>&1; echo $PURSER_RUN`,
      ),
    )
    expect(text).toMatch(/^.*\n\d+\n/)
    expect(text.split('\n')[0]).toBe(project.folder)
    expect(text).toContain('nsenter: ')
    expect(text).toContain('Permission denied')
  })

  const connections = () => production.log().match(/connection received/g)?.length

  it('does not find the socket of a server that started again meanwhile', async () => {
    const socket = `${production.socketFolder}/.s.PGSQL.${production.postgres.port}`
    const execution = await start(
      `echo up; while [ ! -e again ]; do sleep 0.02; done; sleep 0.6; curl --silent --max-time 1 --unix-socket ${socket} http://x/; echo done`,
    )
    for await (const frame of execution.frames({ follow: true })) if (frame.kind === 'output') break
    await production.postgres.stop()
    await production.postgres.start()
    const before = connections()
    project.write('again', '')
    await outputOf(execution)
    expect(connections()).toBe(before)
    expect((await execution.look()).escapes).toEqual([socket])
  })

  it.each([
    ['in another network', '--net', ''],
    ['in another network, with mounts of its own', '--net', 'unshare --mount'],
  ])('does not find the socket of a server %s', async (_, network, mounts) => {
    const folder = path.join(project.folder, `sockets${mounts.length}`)
    mkdirSync(folder)
    const there = mounts === '' ? folder : '/mnt'
    const serve = `require('http').createServer((_, r) => r.end('reached')).listen('${there}/s', () => console.log('up'))`
    const script = `${mounts === '' ? '' : `mount --bind ${folder} /mnt;`} exec node -e "${serve}"`
    const words = [network, ...(mounts === '' ? [] : ['--mount']), 'sh', '-c', script]
    const server = spawn('unshare', words, { stdio: ['ignore', 'pipe', 'inherit'] })
    try {
      await once(server.stdout, 'data')
      const ask = `curl --silent --max-time 1 --unix-socket ${folder}/s http://x/`
      expect(await outputOf(await start(ask, 'not apart'))).toBe('reached')
      const execution = await start(ask)
      expect(await outputOf(execution)).toBe('')
      expect((await execution.look()).escapes).toEqual([`${folder}/s`])
    } finally {
      server.kill('SIGKILL')
    }
  })

  it('leaves nothing behind when its supervisor is killed, and what it tried is known', async () => {
    const mark = `33.${process.pid}`
    const attempt = shell(`curl --silent http://10.0.0.5:5432/ & sleep ${mark}`, apart())
    const execution = await executor.start(attempt, await executor.release(), never)
    await until(async () => (await execution.look()).escapes !== undefined)
    const holder = readFileSync(
      path.join(project.folder, '.purser/attempts', attempt.id, 'holder-1.json'),
      'utf8',
    )
    const { pid } = JSON.parse(holder).supervisor
    const keepers = keepersOf(pid)
    expect(keepers).toHaveLength(1)
    const watching = keepers.flatMap(childrenOf)
    expect(watching).toHaveLength(1)
    process.kill(pid, 'SIGKILL')
    await until(() => [...keepers, ...watching].every(isGone))
    await outputOf(execution)
    expect(countProcesses(mark)).toBe(0)
    expect(await execution.look()).toMatchObject({
      ended: { outcome: { end: 'lost' } },
      escapes: ['10.0.0.5:5432'],
    })
  })

  it('is lost when who keeps it apart is killed: what it did since would not be known', async () => {
    const attempt = shell('echo up; sleep 60', apart())
    const execution = await executor.start(attempt, await executor.release(), never)
    for await (const frame of execution.frames({ follow: true })) if (frame.kind === 'output') break
    const holder = readFileSync(
      path.join(project.folder, '.purser/attempts', attempt.id, 'holder-1.json'),
      'utf8',
    )
    for (const keeper of keepersOf(JSON.parse(holder).supervisor.pid)) process.kill(keeper, 'SIGKILL')
    await outputOf(execution)
    expect((await execution.look()).ended).toMatchObject({
      outcome: { end: 'lost', why: expect.stringContaining('who keeps the twin apart ended (SIGKILL)') },
    })
  })
})

function inNode(source: string): string {
  return `node -e "${source}"`
}

function sending(host: string): string {
  return inNode(
    `const s = require('dgram').createSocket('udp4'); s.send('x', 8125, '${host}', () => s.close())`,
  )
}

function connectedSending(host: string): string {
  return inNode(
    `const s = require('dgram').createSocket('udp4'); s.connect(8125, '${host}', () => s.send('x', () => setTimeout(() => s.close(), 1_000)))`,
  )
}

/** Processes that this one has started and that keep namespaces. */
function keepersOf(pid: number): readonly number[] {
  return childrenOf(pid).filter((child) => readIfThere(`/proc/${child}/cmdline`).includes('keep-apart'))
}

function childrenOf(pid: number): readonly number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
  return children === '' ? [] : children.split(' ').map(Number)
}
