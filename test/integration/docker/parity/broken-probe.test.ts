import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { docker } from '../../../support/docker/docker.ts'
import { imageFrom } from '../../../support/docker/images.ts'
import { rootFileSystem } from '../../../support/docker/root-file-system.ts'
import { temporaryFolder } from '../../../support/temporary-folder.ts'
import { type App, startApp } from './apps.ts'
import { type } from './typed.ts'

interface BrokenApp extends App {
  /** The folder in which a task would leave its trace. */
  readonly state: string
  ran(): boolean
}

/** An app whose /bin/sh is this script. */
async function startWithShell(script: string): Promise<BrokenApp> {
  using system = rootFileSystem()
  system.shell()
  const shell = path.join(system.folder, 'bin/sh')
  rmSync(shell)
  writeFileSync(shell, `#!/bin/ash\n${script}\n`, { mode: 0o755 })
  const image = await imageFrom(system.folder, ['CMD ["httpd", "-f", "-p", "3000"]'])
  const temporary = temporaryFolder()
  const state = path.join(temporary.folder, 'state')
  mkdirSync(state)
  chmodSync(state, 0o777)
  const app = await startApp({ args: ['--volume', `${state}:/state`, image] })
  return {
    ...app,
    state,
    ran: () => existsSync(path.join(state, 'task')),
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]()
      temporary[Symbol.dispose]()
    },
  }
}

/** Compares and runs; both must fail with one of these codes, and nothing may have run. */
async function expectNothingToRun(app: BrokenApp, codes: RegExp): Promise<void> {
  const compared = await type(app.project, 'parity')
  expect([compared.code, compared.stdout]).toEqual([expect.toSatisfy(isFailure), ''])
  expect(compared.stderr).toMatch(codes)
  await expectRefused(app, codes)
}

async function expectRefused(app: BrokenApp, codes: RegExp): Promise<void> {
  const run = await type(app.project, 'run', '--', 'touch', '/state/task')
  expect(run.code).toSatisfy(isFailure)
  expect(run.stdout + run.stderr).toMatch(codes)
  expect(app.ran()).toBe(false)
  expect(await containersWith(app.state)).toEqual(app.containers.map(({ name }) => `/${name}`))
}

/** The names of all containers that mount this folder. */
async function containersWith(folder: string): Promise<readonly string[]> {
  const ids = (await docker('ps', '--all', '--quiet')).split('\n')
  // Others of this engine may end in the meantime.
  const each = ids.map((id) =>
    docker('inspect', '--format', '{{.Name}} {{json .Mounts}}', id).catch(() => ''),
  )
  const found = (await Promise.all(each)).filter((line) => line.includes(folder))
  return found.map((line) => line.split(' ')[0] ?? '')
}

const isFailure = (code: number | null) => code !== null && code !== 0

describe('nothing runs where the app’s shell', () => {
  it.concurrent.each([
    ['answers nonsense', 'head -c 20000 /dev/urandom'],
    ['says that all is well', 'cat > /dev/null; echo ok'],
    ['says nothing', 'cat > /dev/null'],
    ['fails', 'exit 1'],
    ['stops in the middle of its answer', '/bin/ash "$@" | head -c 3000'],
    ['leaves out a fact', '/bin/ash "$@" | grep -v memory-limit:cgroup'],
    ['tells a fact twice', '/bin/ash "$@" | sed \'/memory-limit:cgroup/p\''],
    [
      'answers what another probe was asked',
      '/bin/ash "$@" | sed -r \'s/^(purser:)[0-9a-f]+/\\10123456789abcdef01234567/\'',
    ],
    ['is killed', 'kill -9 $$'],
  ])('%s', async (_what, script) => {
    await using app = await startWithShell(script)
    await expectNothingToRun(app, /PROBE_FAILED/)
  })

  it.concurrent('never answers', async () => {
    await using app = await startWithShell('exec sleep 1000')
    await expectNothingToRun(app, /PROBE_FAILED.*|gave no answer/s)
  }, 120_000)

  it.concurrent('prints a hundred megabytes first', async () => {
    await using app = await startWithShell('head -c 100000000 /dev/zero; /bin/ash "$@"')
    await expectNothingToRun(app, /PROBE_FAILED/)
  }, 120_000)
})

describe('nothing runs where the twin’s shell', () => {
  const inRun = (then: string) => `[ -z "$PURSER_RUN" ] || { ${then}; }\nexec /bin/ash "$@"`
  it.concurrent.each([
    ['answers nonsense', 'head -c 20000 /dev/urandom; exit'],
    ['stops in the middle of its answer', '/bin/ash "$@" | head -c 3000; exit'],
    ['leaves out a fact', `/bin/ash "$@" | awk '!/memory-limit:cgroup/ { print; fflush() }'; exit`],
    ['says nothing, and begins with the command', 'exec touch /state/begun'],
  ])('%s', async (_what, then) => {
    await using app = await startWithShell(inRun(then))
    expect(await type(app.project, 'parity')).toMatchObject({ code: 0 })
    await expectRefused(app, /PROBE_FAILED|entrypoint ended|can't be used/)
  })
})

describe('nothing runs where the app', () => {
  it('is paused', async () => {
    await using app = await startWithShell('exec /bin/ash "$@"')
    const [container] = app.containers
    await docker('pause', container?.id ?? '')
    await expectNothingToRun(app, /APP_NOT_RUNNING/)
    await docker('unpause', container?.id ?? '')
  })

  it('has ended', async () => {
    await using app = await startWithShell('exec /bin/ash "$@"')
    await docker('kill', app.containers[0]?.id ?? '')
    await expectNothingToRun(app, /APP_NOT_RUNNING/)
  })
})
