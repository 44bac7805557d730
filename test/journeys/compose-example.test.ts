import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { programsWithDump } from '../integration/clone/stage.ts'
import { composeVariables } from '../support/docker/compose.ts'
import { leftovers, untilItPrinted } from '../support/docker/container.ts'
import { docker, dockerHost } from '../support/docker/docker.ts'
import { dockerVariables } from '../support/docker/docker-command.ts'
import { images } from '../support/docker/image-names.ts'
import { postgresImage } from '../support/docker/postgres-image.ts'
import { packageRoot } from '../support/package-root.ts'
import { type Postgres, startPostgres } from '../support/postgres.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const run = promisify(execFile)

const readme = readFileSync(path.join(packageRoot, 'examples/compose/README.md'), 'utf8')
const blocks = [...readme.matchAll(/^<!-- test: compose -->\n```sh\n([\s\S]*?)^```$/gm)].map(
  ([, text = '']) => text,
)
const untyped = new Set(blocks)

const temporary = temporaryFolder()
const shop = path.join(temporary.folder, 'shop')
let variables: Readonly<Record<string, string>> | undefined
let cloneServer: Postgres | undefined

beforeAll(async () => {
  cpSync(path.join(packageRoot, 'examples/compose'), shop, { recursive: true, filter: isInGit })
  installPackages()
  variables = {
    ...dockerVariables(dockerHost()),
    ...(await composeVariables(path.join(temporary.folder, 'docker'))),
    PATH: `${path.dirname(process.execPath)}:${process.env.PATH}`,
    SHOP_BASE: images.node,
    SHOP_DATABASE: await postgresImage(),
    npm_config_offline: 'true',
    npm_config_update_notifier: 'false',
  }
})

afterAll(async () => {
  if (variables !== undefined) await type('docker compose down --volumes --rmi local')
  await cloneServer?.[Symbol.asyncDispose]()
  temporary[Symbol.dispose]()
})

describe('the shop in containers, as its README says', () => {
  it('comes up by itself, and has no orders', async () => {
    expect(await typeBlockWith('docker compose up')).toMatch(/shop.web.1/)
    const label = 'label=com.docker.compose.service=web'
    await untilItPrinted(await docker('ps', '--quiet', '--filter', label), 'The shop serves')
    expect(await ask()).toEqual({ status: 503, body: { problem: expect.stringContaining('no orders') } })
  })

  it('shows Purser its tasks, and its database', async () => {
    const printed = await typeBlockWith('purser check')
    for (const part of ['databases.main', 'cancel-unpaid-orders', 'migrate', 'unpaid for so many days']) {
      expect(printed).toContain(part)
    }
  })

  it('is rehearsed on a clone first, where somebody says how it is cloned', async () => {
    const file = path.join(temporary.folder, 'clone-server')
    cloneServer = await startPostgres('p', { programs: await programsWithDump() })
    await cloneServer.query('create role shop login superuser createrole createdb bypassrls replication')
    writeFileSync(file, cloneServer.url())
    const config = path.join(shop, 'purser.config.ts')
    const url = `url: { variable: 'DATABASE_URL' }`
    const cloned = `${url}, clones: { server: { file: '${file}' } }`
    const service = `service: 'web'`
    const helped = `${service}, helper: '${images.helper}'`
    writeFileSync(config, readFileSync(config, 'utf8').replace(url, cloned).replace(service, helped))
    const rehearse = 'npx purser rehearse migrate -e production --reason tried --without compat,dying'
    expect(await type(rehearse)).toMatch(/✔ pass/)
    expect(await ask()).toMatchObject({ status: 503 })
    const { rehearsal } = JSON.parse(await type('npx purser show last --json'))
    expect(rehearsal).toMatchObject({
      verdict: 'pass',
      envelope: { rows: { 'public.orders': { inserted: 100 } } },
    })
  })

  it('is migrated, and watched', async () => {
    const printed = await typeBlockWith('purser run migrate')
    expect(printed).toContain('add_example_orders.sql')
    expect(printed).not.toContain('not watched')
    const { applied } = JSON.parse(await type('npx purser show last --json'))
    expect(applied).toMatchObject({ rows: { 'public.orders': { inserted: 100 } }, surprises: [] })
    expect(await ask()).toMatchObject({ status: 200, body: { currency: 'EUR', orders: ordersOf(0, 75, 25) } })
  })

  it('loses the orders that nobody paid', async () => {
    expect(await typeBlockWith('purser run cancel-unpaid-orders')).toContain('11 orders')
    expect(await ask()).toMatchObject({ body: { orders: ordersOf(11, 75, 14) } })
  })

  it('runs any command', async () => {
    expect(await typeBlockWith('node --version')).toContain(process.version)
  })

  it('is what its runs are compared with', async () => {
    await typeBlockWith('purser parity')
  })

  it('has it all on record', async () => {
    const printed = await typeBlockWith('purser runs')
    for (const part of ['migrate', 'cancel-unpaid-orders', 'Which Node is it?'])
      expect(printed).toContain(part)
  })

  it('goes, and leaves nothing', async () => {
    await typeBlockWith('docker compose down')
    expect((await leftovers()).filter((left) => /shop|purser-(?!test)/.test(left))).toEqual([])
    expect([...untyped]).toEqual([])
  })
})

function typeBlockWith(command: string): Promise<string> {
  const block = blocks.find((text) => text.includes(command))
  if (block === undefined) throw new Error(`No example of the README has "${command}".`)
  untyped.delete(block)
  return type(block)
}

/** Types lines into a shell, and resolves to what they print; rejects with that when one of them fails. */
async function type(lines: string): Promise<string> {
  const typed = run('sh', ['-e', '-u', '-c', lines], { cwd: shop, env: variables })
  typed.child.stdin?.end()
  const { stdout, stderr } = await typed
  return stdout + stderr
}

/** What the shop answers on the port that it publishes. */
async function ask(): Promise<unknown> {
  const script = `
    const answer = await fetch('http://127.0.0.1:8080/')
    console.log(JSON.stringify({ status: answer.status, body: await answer.json() }))`
  const node = ['node', '--input-type=module', '--eval', script]
  return JSON.parse(await docker('run', '--rm', '--network', 'host', images.node, ...node))
}

function ordersOf(cancelled: number, paid: number, unpaid: number): readonly object[] {
  const counts = Object.entries({ cancelled, paid, unpaid }).filter(([, orders]) => orders > 0)
  return counts.map(([status, orders]) => expect.objectContaining({ status, orders }))
}

/** What `npm install` would do in both folders. */
function installPackages(): void {
  const inRoot = path.join(shop, 'node_modules')
  mkdirSync(path.join(inRoot, '.bin'), { recursive: true })
  symlinkSync(packageRoot, path.join(inRoot, 'purser'))
  symlinkSync('../purser/dist/bin/purser.js', path.join(inRoot, '.bin/purser'))
  const inWeb = path.join(shop, 'web/node_modules')
  for (const part of ['dist', 'package.json']) {
    cpSync(path.join(packageRoot, part), path.join(inWeb, 'purser', part), { recursive: true })
  }
  for (const name of packagesOf('dbmate', 'pg', 'zod')) {
    const from = path.join(packageRoot, 'node_modules', name)
    cpSync(from, path.join(inWeb, name), { recursive: true, dereference: true })
  }
  mkdirSync(path.join(inWeb, '.bin'))
  symlinkSync('../dbmate/dist/cli.js', path.join(inWeb, '.bin/dbmate'))
}

/** These packages and all that they depend on, as far as they are installed here. */
function packagesOf(...names: readonly string[]): readonly string[] {
  const found = new Set(names)
  for (const name of found) {
    const { dependencies = {}, optionalDependencies = {} } = manifestOf(name) ?? {}
    for (const other of Object.keys({ ...dependencies, ...optionalDependencies })) {
      if (manifestOf(other) !== undefined) found.add(other)
    }
  }
  return [...found]
}

interface PackageManifest {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

function manifestOf(name: string): PackageManifest | undefined {
  try {
    return JSON.parse(readFileSync(path.join(packageRoot, 'node_modules', name, 'package.json'), 'utf8'))
  } catch {
    return undefined
  }
}

function isInGit(file: string): boolean {
  return !/\/(?:node_modules|\.purser)(?:\/|$)|\.tgz$/.test(file.slice(packageRoot.length))
}
