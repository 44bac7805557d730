import { execFileSync } from 'node:child_process'
import { chmodSync, readFileSync, realpathSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { LocalExecutor } from '../../src/executors/local/local-executor.ts'
import { purser, purserJson, typePurser } from '../support/cli.ts'
import { makeProject, type Project } from '../support/project.ts'

const never = new AbortController().signal
const isRoot = process.getuid?.() === 0

function config(finder: string): string {
  return `import { defineConfig } from 'purser'
import { local } from 'purser/presets'
export default defineConfig({ environments: { local: { services: { web: { executor: local(${finder}) } } } } })`
}

const runIn = ({ folder }: Project, script: string, ...flags: string[]) =>
  purser(folder, ['run', '-e', 'local', ...flags, '--', 'sh', '-c', script])

describe('an app is found', () => {
  it('by the port that it listens on', async () => {
    await using project = makeProject()
    const { port } = await project.startApp({ COLOUR: 'teal' })
    project.write('purser.config.ts', config(`{ port: ${port} }`))
    expect((await runIn(project, 'echo $COLOUR')).stdout).toBe('teal\n')
  })

  it('by its command', async () => {
    await using project = makeProject()
    project.write('purser.config.ts', config("{ command: 'node app.js --only-here' }"))
    await project.startApp({ COLOUR: 'teal' })
    expect((await runIn(project, 'true')).stderr).toContain(
      'no process has the command "node app.js --only-here"',
    )
    project.write('purser.config.ts', config(`{ command: 'node app.js ${project.folder}' }`))
    expect((await runIn(project, 'echo $COLOUR')).stdout).toBe('teal\n')
  })

  it.each([
    ['{ port: 1 }', 'nothing listens on port 1'],
    ["{ command: 'no such app' }", 'no process has the command "no such app"'],
  ])('not by %s', async (finder, expected) => {
    await using project = makeProject()
    project.write('purser.config.ts', config(finder))
    const { code, stderr } = await runIn(project, 'true')
    expect([code, stderr]).toEqual([80, expect.stringContaining(expected)])
  })
})

describe('a release', () => {
  it('of plain processes has no image that a candidate could take the place of', async () => {
    await using project = makeProject()
    await project.startApp()
    const { code, stderr } = await runIn(project, 'true', '--candidate', 'shop:42')
    expect([code, stderr]).toEqual([80, expect.stringContaining('The candidate "shop:42"')])
  })

  it('that is not the same for all processes is refused, and they are named', async () => {
    await using project = makeProject()
    project.write('old/app.js', readFileSync(path.join(project.folder, 'app.js'), 'utf8'))
    const inOld = ['sh', '-c', 'cd old; exec "$@"', 'sh', process.execPath]
    const apps = [await project.startApp(), await project.startApp({}, inOld)]
    project.write('purser.config.ts', config(`{ command: 'node app.js ${project.folder}' }`))
    const { code, stderr } = await runIn(project, 'true')
    expect(code).toBe(81)
    for (const { pid } of apps) expect(stderr).toContain(String(pid))
  })

  it('changes with its code, and a change since the start is said', async () => {
    await using project = makeProject()
    await project.startApp()
    const executor = new LocalExecutor(
      { pidFile: 'app.pid' },
      { root: project.folder, state: path.join(project.folder, '.purser') },
    )
    const before = await executor.release()
    expect((await executor.release()).digest).toBe(before.digest)
    project.write('lib.js', 'export const x = 1')
    const after = await executor.release()
    expect(after.digest).not.toBe(before.digest)
    expect(after.notices.join()).toContain('lib.js')
    project.write('lib.js', 'export const x = 2')
    expect((await executor.release()).digest).not.toBe(after.digest)
  })

  it('tells what was seen of its process, and the commit of its checkout', async () => {
    await using project = makeProject()
    const git = (...args: string[]) => execFileSync('git', args, { cwd: project.folder, encoding: 'utf8' })
    git('init', '--quiet')
    git('add', 'app.js')
    git('-c', 'user.name=Ada', '-c', 'user.email=ada@localhost', 'commit', '--quiet', '--message', 'App')
    const { pid } = await project.startApp({}, ['sh', '-c', 'umask 027; exec "$@"', 'sh', process.execPath])
    const executor = new LocalExecutor(
      { pidFile: 'app.pid' },
      { root: project.folder, state: path.join(project.folder, '.purser') },
    )
    const facts = (await executor.release()).instances[0]?.facts
    const factOf = (name: string) => {
      const fact = facts?.get(name)
      return fact !== undefined && 'value' in fact ? fact.value : undefined
    }
    expect(factOf('code.commit')).toBe(git('rev-parse', 'HEAD').trim())
    expect(factOf('process.executable')).toBe(realpathSync(process.execPath))
    expect(factOf('process.directory')).toBe(project.folder)
    expect(factOf('user.umask')).toBe('0027')
    expect(readFileSync(`/proc/${pid}/cgroup`, 'utf8')).toContain(`0::${factOf('limits.cgroup')}\n`)
    expect(factOf('limits.nofile')).toMatch(/^\d+:\d+$/)
  })

  it('can’t be used once its process has ended', async () => {
    await using project = makeProject()
    const app = await project.startApp()
    const executor = new LocalExecutor(
      { pidFile: 'app.pid' },
      { root: project.folder, state: path.join(project.folder, '.purser') },
    )
    const release = await executor.release()
    await app.kill()
    await expect(executor.variables(release)).rejects.toMatchObject({ code: 'APP_RESTARTED' })
    const ask = Array.fromAsync(executor.ask(release, { ask: 'manifest', folders: [], without: [] }, never))
    await expect(ask).rejects.toMatchObject({ code: 'APP_RESTARTED' })
  })
})

describe('a twin', () => {
  it('has what the app’s node read from its env files, and hides what is secret there', async () => {
    await using project = makeProject()
    project.write('.env', 'COLOUR=mauve\nFILE_TOKEN="from-a-file-1234"\n')
    await project.startApp({ COLOUR: 'teal' }, [process.execPath, '--env-file=.env'])
    const { stdout } = await runIn(project, 'echo $COLOUR $FILE_TOKEN')
    expect(stdout).toBe('teal [redacted FILE_TOKEN]\n')
  })

  it('of an app in another language has its folder and variables, and runs typed tasks on our Node', async () => {
    await using project = makeProject()
    project.write(
      'tasks/where.ts',
      `import { defineScript } from 'purser'
import { here } from '../lib/here.ts'
export default defineScript({ name: 'where', summary: 'Says where.', run: () => console.log(here(), process.env.COLOUR, process.execPath) })`,
    )
    project.write('lib/here.ts', 'export const here = (): string => process.cwd()')
    await project.startApp({ COLOUR: 'teal' }, ['sh', '-c', 'echo $$ > app.pid; echo 0; exec sleep 600'])
    const below = path.join(project.folder, 'lib')
    const { stdout } = await purser(below, ['run', 'where', '-e', 'local'])
    expect(stdout).toBe(`${project.folder} teal ${realpathSync(process.execPath)}\n`)
  })

  it('has the app’s umask and limits', async () => {
    await using project = makeProject()
    await project.startApp({}, ['sh', '-c', 'umask 027; ulimit -n 321; exec "$@"', 'sh', process.execPath])
    const { stdout } = await runIn(project, 'umask; ulimit -n; ulimit -Hn')
    expect(stdout).toBe('0027\n321\n321\n')
  })

  it('may gain no privileges where the app may not', async () => {
    await using project = makeProject()
    await project.startApp({}, ['setpriv', '--no-new-privs', '--', process.execPath])
    expect((await runIn(project, 'grep NoNewPrivs /proc/self/status')).stdout).toMatch(/1$/m)
  })

  if (isRoot) {
    it('has the app’s user and groups, and none of the loader’s tricks on the way', async () => {
      await using project = makeProject()
      chmodSync(project.folder, 0o777)
      const become = [
        'setpriv',
        '--reuid=65534',
        '--regid=65534',
        '--groups=65534,33',
        '--',
        process.execPath,
      ]
      await project.startApp({ LD_PRELOAD: '/nonexistent/evil.so', 'odd.name': 'kept' }, become)
      const { stdout } = await runIn(project, 'id -u; id -g; id -G; tr "\\0" "\\n" < /proc/self/environ')
      const [uid, gid, groups = '', ...variables] = stdout.split('\n')
      expect([uid, gid, groups.split(' ').sort()]).toEqual(['65534', '65534', ['33', '65534']])
      expect(variables).toContain('LD_PRELOAD=/nonexistent/evil.so')
      expect(variables).toContain('odd.name=kept')
    })
  } else {
    it('of another user’s app is refused', async () => {
      await using project = makeProject()
      project.write('app.pid', '1')
      const { code, stderr } = await runIn(project, 'true')
      expect([code, stderr]).toEqual([80, expect.stringContaining('APP_UNREADABLE')])
    })
  }

  it('is cancelled though its supervisor is suspended', async () => {
    await using project = makeProject()
    await project.startApp()
    project.write(
      'tasks/patient.js',
      `import { defineCommand } from 'purser'
export default defineCommand({ name: 'patient', summary: 'Waits.', graceMs: 100, command: ['sh', '-c', 'echo up; sleep 600'] })`,
    )
    const typed = typePurser(project.folder, ['run', 'patient', '-e', 'local'])
    await typed.printed('up')
    const { run } = await purserJson<{ run: string }>(project.folder, ['show', 'last'])
    const holder = path.join(project.folder, '.purser/attempts', `${run}.1`, 'holder-1.json')
    process.kill(JSON.parse(readFileSync(holder, 'utf8')).supervisor.pid, 'SIGSTOP')
    await purser(project.folder, ['cancel', run])
    expect(await purserJson<object>(project.folder, ['show', run])).toMatchObject({ status: 'cancelled' })
    expect((await typed.finished).code).toBe(85)
  })
})
