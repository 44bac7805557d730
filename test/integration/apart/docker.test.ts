import { randomBytes } from 'node:crypto'
import { chmodSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DockerExecutor } from '../../../src/executors/docker/docker-executor.ts'
import type { Apart } from '../../../src/executors/executor.ts'
import { type Container, leftovers, runContainer } from '../../support/docker/container.ts'
import { docker, dockerHost } from '../../support/docker/docker.ts'
import { images } from '../../support/docker/image-names.ts'
import { postgresImage } from '../../support/docker/postgres-image.ts'
import { type Postgres, startPostgres } from '../../support/postgres.ts'
import { countProcesses } from '../../support/processes.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { until } from '../../support/until.ts'
import { never, outputOf, shell } from './attempts.ts'

const name = `purser-test-${randomBytes(5).toString('hex')}`
const password = 'production-password'

describe('a twin of a container that is kept apart', () => {
  const temporary = temporaryFolder()
  let clone: Postgres
  let database: Container
  let sink: Container
  let app: Container
  let sidecar: Container
  let executor: DockerExecutor
  beforeAll(async () => {
    chmodSync(temporary.folder, 0o777)
    const image = await postgresImage()
    clone = await startPostgres('clone-password')
    await docker('network', 'create', name)
    const shared = ['--network', name, '--volume', `${name}-sockets:/var/run/postgresql`]
    const credentials = Object.entries({
      POSTGRES_USER: 'postgres',
      POSTGRES_PASSWORD: password,
      POSTGRES_DB: 'shop',
    })
    database = await runContainer([
      ...[...shared, '--network-alias', 'db'],
      ...credentials.flatMap(([variable, value]) => ['--env', `${variable}=${value}`]),
      image,
    ])
    const ready = () => database.exec('psql', '-U', 'postgres', '-c', 'select 1', 'shop')
    await until(
      () =>
        ready().then(
          () => true,
          () => false,
        ),
      60_000,
    )
    for (const setting of ["log_connections = 'on'", "log_statement = 'all'", 'log_checkpoints = off'])
      await database.exec('psql', '-U', 'postgres', '-c', `alter system set ${setting}`, 'shop')
    await database.exec('psql', '-U', 'postgres', '-c', 'select pg_reload_conf()', 'shop')
    sink = await runContainer([
      ...['--network', name, '--network-alias', 'sink'],
      images.helper,
      'nc',
      '-ll',
      '-p',
      '80',
      '-e',
      'sh',
      '-c',
      'read line; echo "$line" > /proc/1/fd/1',
    ])
    app = await runContainer([
      ...shared,
      ...['--volume', `${name}-files:/files`, '--volume', `${temporary.folder}:/bound`],
      ...['--env', `DATABASE_URL=postgres://postgres:${password}@db/shop`, '--env', 'API_KEY=of-production'],
      ...['--init', '--entrypoint', '', image, 'sleep', '100000'],
    ])
    // beside the app, in its network: where others have a proxy to their database
    const serves = ['nc', '-ll', '-p', '6543', '-e', 'sh', '-c', 'read line; echo "$line" > /proc/1/fd/1']
    sidecar = await runContainer([`--network=container:${app.name}`, images.helper, ...serves])
    const place = { root: temporary.folder, state: path.join(temporary.folder, '.purser') }
    executor = await DockerExecutor.open({ name: app.name, host: dockerHost(), helper: images.helper }, place)
  }, 120_000)
  afterAll(async () => {
    for (const container of [sidecar, app, sink, database]) await container?.[Symbol.asyncDispose]()
    await docker('volume', 'rm', '--force', `${name}-sockets`, `${name}-files`)
    await docker('network', 'rm', name)
    await clone[Symbol.asyncDispose]()
    temporary[Symbol.dispose]()
  })

  const apart = (): Apart => ({
    wire: { variable: 'DATABASE_URL', url: clone.url() },
    variables: { API_KEY: 'placeholder' },
  })
  const start = async (script: string, kept: Apart | 'not apart' = apart()) =>
    executor.start(
      shell(script, kept === 'not apart' ? undefined : kept),
      await executor.release(never),
      never,
    )
  const productionLog = () => docker('logs', database.id).catch(String)
  const serverLog = productionLog

  const everyWay = async () => {
    const { NetworkSettings } = await database.inspect()
    const address = NetworkSettings.Networks[name]?.IPAddress
    return [
      `export PGCONNECT_TIMEOUT=2 PGPASSWORD=${password}`,
      `psql -h db -U postgres -c 'create table by_name ()' shop &`,
      `psql -h ${address} -U postgres -c 'create table by_address ()' shop &`,
      `psql -h /var/run/postgresql -U postgres -c 'create table by_socket ()' shop &`,
      `(echo over-http; sleep 1) | busybox timeout 3 busybox nc sink 80 &`,
      '(echo to-sidecar; sleep 1) | busybox timeout 3 busybox nc 127.0.0.1 6543 &',
      'wait',
    ].join('\n')
  }
  const tables = () =>
    database.exec(
      'psql',
      '-U',
      'postgres',
      '-Atc',
      "select relname from pg_class where relname like 'by_%' order by 1",
      'shop',
    )

  it('is what this engine can do, says the executor', async () => {
    expect(await executor.apartness(await executor.release(never))).toMatchObject({
      isEnforced: true,
      wireAddress: '127.0.0.1',
    })
  })

  it('without that reaches every place of production', async () => {
    await outputOf(await start(await everyWay(), 'not apart'))
    expect((await tables()).split('\n').filter(Boolean)).toEqual(['by_address', 'by_name', 'by_socket'])
    await until(async () => (await sink.logs()).includes('over-http'))
    await database.exec('psql', '-U', 'postgres', '-c', 'drop table by_name, by_address, by_socket', 'shop')
  })

  it('reaches none of them, and each try is told', async () => {
    const before = [await serverLog(), await sink.logs()]
    const execution = await start(await everyWay())
    const text = await outputOf(execution)
    expect([await serverLog(), await sink.logs()]).toEqual(before)
    const address = (await database.inspect()).NetworkSettings.Networks[name]?.IPAddress
    expect([...((await execution.look()).escapes ?? [text])].sort()).toEqual(
      [`${address}:5432`, '127.0.0.1:6543', 'db:5432', 'sink:80'].sort(),
    )
    expect(await tables()).toBe('')
  })

  it('has the wire in place of its database, and placeholders for its secrets', async () => {
    const execution = await start(
      `echo $API_KEY; psql "$DATABASE_URL" -c 'create table planted as select 7 id'; ls /var/run/postgresql 2>&1; touch /files/x /bound/x`,
    )
    const text = await outputOf(execution)
    expect(text).toContain('placeholder\nSELECT 1\n')
    expect(text).toContain('/files/x: Read-only file system')
    expect(text).toContain('/bound/x: Read-only file system')
    expect(text).not.toContain('.s.PGSQL')
    expect(await clone.query('select id from planted')).toEqual([{ id: 7 }])
    expect((await execution.look()).escapes).toBeUndefined()
  })

  /** Of this test's attempts: others have theirs on the same engine. */
  const guards = async () => (await leftovers()).filter((left) => left.endsWith(`.${process.pid}-guard`))

  it('leaves no guard behind, also when its supervisor is killed', async () => {
    await outputOf(await start('true'))
    expect(await guards()).toEqual([])
    const mark = `34.${process.pid}`
    const attempt = shell(`busybox timeout 60 busybox nc 10.0.0.5 5432 & sleep ${mark}`, apart())
    const execution = await executor.start(attempt, await executor.release(never), never)
    await until(async () => (await execution.look()).escapes !== undefined)
    expect(await guards()).toEqual([`container purser-${attempt.id}-guard`])
    const holder = path.join(temporary.folder, '.purser/attempts', attempt.id, 'holder-1.json')
    process.kill(JSON.parse(readFileSync(holder, 'utf8')).supervisor.pid, 'SIGKILL')
    await outputOf(execution)
    expect(await execution.look()).toMatchObject({
      ended: { outcome: { end: 'lost' } },
      escapes: ['10.0.0.5:5432'],
    })
    expect(countProcesses(mark)).toBe(0)
    expect(await guards()).toEqual([])
  })
})
