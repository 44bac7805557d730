import { execFile } from 'node:child_process'
import { chmodSync, existsSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { Apartness } from '../../../src/executors/executor.ts'
import { purserProgram } from '../../support/cli.ts'
import { makeProject } from '../../support/project.ts'

const run = promisify(execFile)
const program = path.join(import.meta.dirname, 'try.ts')

async function apartness(...before: readonly string[]): Promise<Apartness> {
  const [first = '', ...rest] = [...before, process.execPath, program]
  const { stdout } = await run(first, rest)
  return JSON.parse(stdout)
}

const asNobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--'] as const

describe.runIf(process.getuid?.() === 0)('twins can be kept apart', () => {
  it('by root', async () => {
    expect(await apartness()).toMatchObject({ isEnforced: true, wireAddress: '127.0.0.1' })
  })

  it('by a user where everybody may make namespaces', async () => {
    expect(await apartness(...asNobody)).toMatchObject({ isEnforced: true })
  })

  it('not by a root that may not, and it is said why', async () => {
    const { isEnforced, sentence } = await apartness('setpriv', '--bounding-set=-sys_admin', '--')
    expect([isEnforced, sentence]).toEqual([
      false,
      expect.stringMatching(
        /^Twins can't be kept apart on this machine, .*unshare.*Operation not permitted\.$/,
      ),
    ])
  })

  it('not without iproute2, and it is said which program is missing', async () => {
    const files = ['/usr/bin/ip', '/bin/ip', '/usr/sbin/ip', '/sbin/ip'].filter((file) => existsSync(file))
    const hide = files.map((file) => `mount --bind /dev/null ${file}`).join('; ')
    const { isEnforced, sentence } = await apartness(
      'unshare',
      '--mount',
      'sh',
      '-c',
      `${hide}; exec "$@"`,
      'sh',
    )
    expect([isEnforced, sentence]).toEqual([false, expect.stringContaining('The program "ip"')])
  })
})

describe.runIf(process.getuid?.() === 0)('a user’s own twin', () => {
  it('is apart too, and the user still', async () => {
    await using project = makeProject()
    chmodSync(project.folder, 0o777)
    await project.startApp({}, [...asNobody, process.execPath])
    project.write('try.mjs', source(project.folder))
    const [first, ...rest] = asNobody
    const { stdout } = await run(first, [...rest, process.execPath, path.join(project.folder, 'try.mjs')], {
      cwd: project.folder,
    })
    const [output, escapes] = JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
    expect(output).toBe('65534\n65534\n')
    expect(escapes).toEqual(['203.0.113.7:81'])
  })
})

/** One attempt that is kept apart, by whoever runs this. */
function source(folder: string): string {
  const executor = path.join(path.dirname(purserProgram), '../../src/executors/local/local-executor.ts')
  return `import { LocalExecutor } from ${JSON.stringify(executor)}
const executor = new LocalExecutor({ pidFile: 'app.pid' }, { root: ${JSON.stringify(folder)}, state: ${JSON.stringify(`${folder}/.purser`)} })
const script = 'id -u; id -g; curl --silent --max-time 1 http://203.0.113.7:81/; true'
const execution = await executor.start({
  id: 'user.1', run: 'user', work: { kind: 'command', argv: ['sh', '-c', script] }, output: 'split', graceMs: 1000, quotaBytes: 1e6, secrets: [],
  apart: { wire: { variable: 'DATABASE_URL', url: 'test://127.0.0.1:5999/' }, variables: {} },
}, await executor.release(), new AbortController().signal)
let output = ''
for await (const frame of execution.frames({ follow: true })) if (frame.kind === 'output') output += Buffer.from(frame.bytes)
console.log(JSON.stringify([output, (await execution.look()).escapes]))`
}
