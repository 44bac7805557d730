import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { purser } from '../support/cli.ts'
import { makeProject, type Project } from '../support/project.ts'

const runIn = ({ folder }: Project, script: string) =>
  purser(folder, ['run', '-e', 'local', '--', 'sh', '-c', script])

const found = (finder: string) => `import { defineConfig } from 'purser'
import { local } from 'purser/presets'
export default defineConfig({ environments: { local: { services: { web: { executor: local(${finder}) } } } } })`

describe('a pid file', () => {
  it.each(['a FIFO', '/dev/zero'])('that is %s is refused at once', async (kind) => {
    await using project = makeProject()
    const file = path.join(project.folder, 'app.pid')
    if (kind === '/dev/zero') symlinkSync(kind, file)
    else execFileSync('mkfifo', [file])
    const { code, stderr } = await runIn(project, 'true')
    expect([code, stderr]).toEqual([80, expect.stringContaining('it is no regular file')])
  })

  it.runIf(process.getuid?.() === 0)("of the app's user can't name a process of root's", async () => {
    await using project = makeProject()
    await using app = await project.startApp()
    const file = path.join(project.folder, 'app.pid')
    chownSync(file, 65_534, 65_534)
    const { code, stderr } = await runIn(project, 'true')
    expect([code, stderr]).toEqual([
      80,
      expect.stringContaining(`names process ${app.pid}, which belongs to`),
    ])
    chownSync(file, 0, 0)
    expect((await runIn(project, 'true')).code).toBe(0)
  })
})

describe('processes of one command', () => {
  const start = async (project: Project, variables: Record<string, string>) => {
    const app = await project.startApp(variables)
    rmSync(path.join(project.folder, 'app.pid'))
    return app
  }

  it('in two folders are two deployments, though their code is the same', async () => {
    await using production = makeProject()
    await using staging = makeProject()
    const source = 'setInterval(() => {}, 1e6); console.log(1)'
    const mark = `app-of-${production.folder}`
    const apps: ChildProcess[] = []
    for (const project of [staging, production]) {
      project.write('app.js', source)
      project.write('purser.config.ts', found(`{ command: 'node app.js ${mark}' }`))
      const app = spawn(process.execPath, ['app.js', mark], {
        cwd: project.folder,
        stdio: ['ignore', 'pipe', 'ignore'],
      })
      await once(app.stdout, 'data')
      apps.push(app)
    }
    const { code, stderr } = await runIn(production, 'pwd')
    for (const app of apps) app.kill()
    expect([code, stderr]).toEqual([81, expect.stringContaining(`in ${staging.folder}, run by`)])
    expect(stderr).toContain(`in ${production.folder}, run by`)
  })

  it('with two databases are not one release', async () => {
    await using project = makeProject()
    project.write('purser.config.ts', found(`{ command: 'node app.js ${project.folder}' }`))
    await start(project, { DATABASE_URL: 'postgres://one', PORT: '0' })
    expect((await runIn(project, 'true')).code).toBe(0)
    await start(project, { DATABASE_URL: 'postgres://two' })
    const { code, stderr } = await runIn(project, 'true')
    expect([code, stderr]).toEqual([81, expect.stringContaining('different values of "DATABASE_URL"')])
  })
})

describe.runIf(process.getuid?.() === 0)('an app in a container', () => {
  const inContainer = async (project: Project, script: string) => {
    const words = ['--pid', '--fork', '--kill-child', 'sh', '-c', script]
    const app = spawn('unshare', words, { cwd: project.folder, stdio: ['ignore', 'pipe', 'ignore'] })
    await once(app.stdout, 'data')
    return app
  }

  it('is not the one of this command, and is named', async () => {
    await using project = makeProject()
    const command = `sleep 1000.${process.pid}1`
    project.write('purser.config.ts', found(`{ command: '${command}' }`))
    const app = await inContainer(project, `echo 1; exec ${command}`)
    const { code, stderr } = await runIn(project, 'true')
    app.kill()
    expect([code, stderr]).toEqual([
      80,
      expect.stringMatching(/but process \d+, which has process ids of its own, as in a container\./),
    ])
  })

  it('is refused where its pid is named', async () => {
    await using project = makeProject()
    const app = await inContainer(project, 'echo 1; exec sleep 99')
    const inside = execFileSync('pgrep', ['--parent', String(app.pid)]).toString()
    writeFileSync(path.join(project.folder, 'app.pid'), inside)
    const { code, stderr } = await runIn(project, 'true')
    app.kill()
    expect([code, stderr]).toEqual([80, expect.stringContaining('which serves, has process ids of its own')])
  })
})

it('an app whose folder was removed is refused', async () => {
  await using project = makeProject()
  const folder = path.join(project.folder, 'old')
  mkdirSync(folder)
  const app = spawn('sleep', ['99'], { cwd: folder })
  await once(app, 'spawn')
  writeFileSync(path.join(project.folder, 'app.pid'), String(app.pid))
  rmSync(folder, { recursive: true })
  const { code, stderr } = await runIn(project, 'true')
  app.kill()
  expect([code, stderr]).toEqual([80, expect.stringContaining('which is not there any more')])
})

it('an app in "/" is refused: its code is not everything', async () => {
  await using project = makeProject()
  project.write('purser.config.ts', found(`{ command: 'sleep 1000.${process.pid}' }`))
  const app = spawn('sleep', [`1000.${process.pid}`], { cwd: '/' })
  await once(app, 'spawn')
  const { code, stderr } = await runIn(project, 'true')
  app.kill()
  expect([code, stderr]).toEqual([80, expect.stringContaining('works in "/"')])
})

it('an app that wrote over its variables is refused, and one without any is not', async () => {
  await using project = makeProject()
  const script =
    '$0 = "app " . ("x" x 3000); open F, ">", "app.pid"; print F $$; close F; $| = 1; print 1; sleep 99'
  const start = async (variables: NodeJS.ProcessEnv) => {
    const app = spawn('/usr/bin/perl', ['-e', script], { cwd: project.folder, env: variables })
    await once(app.stdout, 'data')
    return app
  }
  const titled = await start({ DATABASE_URL: 'postgres://one' })
  const { code, stderr } = await runIn(project, 'true')
  titled.kill()
  expect([code, stderr]).toEqual([80, expect.stringContaining('has written over the variables')])

  const bare = spawn('sleep', ['99'], { cwd: project.folder, env: {} })
  await once(bare, 'spawn')
  writeFileSync(path.join(project.folder, 'app.pid'), String(bare.pid))
  expect((await runIn(project, 'true')).code).toBe(0)
  bare.kill()
})

describe('beside the code may lie', () => {
  it('a file of more than 2 GiB', async () => {
    await using project = makeProject()
    await project.startApp()
    truncateSync(project.write('data.bin', ''), 2 ** 31 + 1)
    expect((await runIn(project, 'true')).code).toBe(0)
  })

  it('a FIFO that took the place of a tracked file', async () => {
    await using project = makeProject()
    await project.startApp()
    project.write('was.txt', '')
    for (const words of [
      ['init', '--quiet'],
      ['add', 'was.txt'],
    ]) {
      execFileSync('git', words, { cwd: project.folder })
    }
    rmSync(path.join(project.folder, 'was.txt'))
    execFileSync('mkfifo', [path.join(project.folder, 'was.txt')])
    expect((await runIn(project, 'true')).code).toBe(0)
  })
})

it('a folder is no program', async () => {
  await using project = makeProject()
  await project.startApp()
  for (const word of ['./node_modules', '']) {
    const { code, stderr } = await purser(project.folder, ['run', '-e', 'local', '--', word])
    expect([code, stderr]).toEqual([80, expect.stringContaining(`The program "${word}" is not`)])
  }
})
