import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { DockerExecutor } from '../../../src/executors/docker/docker-executor.ts'
import type { Question } from '../../../src/executors/executor.ts'
import { type Container, runContainer } from '../../support/docker/container.ts'
import { docker, dockerHost } from '../../support/docker/docker.ts'
import { images } from '../../support/docker/image-names.ts'
import { imageWith } from '../../support/docker/images.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const never = new AbortController().signal
const secret = 'hmac-of-the-certificates-4711'
const temporary = temporaryFolder()
const tasks = path.join(temporary.folder, 'tasks')
const read = path.join(temporary.folder, 'read')
for (const folder of [tasks, read]) mkdirSync(folder)

let app: Container
let executor: DockerExecutor

beforeAll(async () => {
  const noisy = ['sh', '-c', 'printf "starting … "; echo warning >&2; exec "$@"', 'sh']
  const image = await imageWith(images.node, [
    `ENTRYPOINT ${JSON.stringify(noisy)}`,
    'CMD ["node", "server.js"]',
    'VOLUME /cache',
  ])
  // a variable that a proxy's companion looks for, so that it is kept out of a twin's configuration
  app = await runContainer([
    ...[
      '--volume',
      `${tasks}:/app/tasks`,
      '--volume',
      `${read}:/read`,
      '--env',
      `ACME_EAB_HMAC_KEY=${secret}`,
    ],
    image,
  ])
  await app.printed('serves')
  const place = { root: temporary.folder, state: path.join(temporary.folder, '.purser') }
  executor = await DockerExecutor.open({ name: app.name, host: dockerHost(), readOnly: ['/read'] }, place)
})
afterAll(async () => {
  await app[Symbol.asyncDispose]()
  temporary[Symbol.dispose]()
})
afterEach(async () => {
  for (const file of readdirSync(tasks)) rmSync(path.join(tasks, file))
  expect(await asked()).toEqual([])
})

/** Twins that answer: of this project, since others ask questions of the same engine meanwhile. */
async function asked(): Promise<string[]> {
  const place = readFileSync(path.join(temporary.folder, '.purser/place'), 'utf8').trim()
  const filters = ['--filter', 'name=purser-question-', '--filter', `label=purser.place=${place}`]
  const names = await docker('ps', '--all', ...filters, '--format', '{{.Names}}')
  return names.split('\n').filter(Boolean)
}

const manifest: Question = { ask: 'manifest', folders: ['tasks'], without: [] }
async function ask(question: Question, signal = never): Promise<unknown[]> {
  return Array.fromAsync(executor.ask(await executor.release(never), question, signal))
}

const task = (summary: string, before = '') => `import { defineScript } from 'purser'
${before}
export default defineScript({ name: 'a', summary: ${summary}, run() {} })`

it('answers are told apart from what an entrypoint and the tasks print', async () => {
  writeFileSync(
    path.join(tasks, 'a.js'),
    task(`'A task.'`, `console.log('{"task":"forged"}'); process.stdout.write('more')`),
  )
  expect(await ask(manifest)).toMatchObject([
    { loading: 'tasks/a.js' },
    { task: { name: 'a', summary: 'A task.' } },
  ])
})

/** Keeps a task file from being read to its end until there is a file `seen` beside it. */
const untilSeen = `import { existsSync } from 'node:fs'
while (!existsSync('/app/tasks/seen')) await new Promise((go) => setTimeout(go, 20))`

it('variables that others may not see are the tasks’, and stand in no configuration and no argument', async () => {
  writeFileSync(path.join(tasks, 'a.js'), task('process.env.ACME_EAB_HMAC_KEY', untilSeen))
  const answers = ask(manifest)
  const [twin = ''] = await vi.waitFor(async () => {
    const there = await asked()
    expect(there).toHaveLength(1)
    return there
  }, 20_000)
  expect(await docker('inspect', twin)).not.toContain(secret)
  writeFileSync(path.join(tasks, 'seen'), '')
  expect(await answers).toMatchObject([{ loading: 'tasks/a.js' }, { task: { summary: secret } }])
})

it('a file that ends the process which loads it is told by its last words', async () => {
  writeFileSync(path.join(tasks, 'a.js'), `console.error('the licence has expired'); process.exit(3)`)
  const release = await executor.release(never)
  const answers = executor.ask(release, manifest, never)[Symbol.asyncIterator]()
  expect(await answers.next()).toMatchObject({ value: { loading: 'tasks/a.js' } })
  await expect(answers.next()).rejects.toMatchObject({
    code: 'RELEASE_SIDE_FAILED',
    message: expect.stringMatching(/exit code 3\. It said: .*the licence has expired/s),
  })
})

it('who stops listening ends it', async () => {
  writeFileSync(path.join(tasks, 'a.js'), task(`'A task.'`, 'setInterval(() => {}, 1_000)'))
  const abort = new AbortController()
  writeFileSync(path.join(tasks, 'b.js'), 'await new Promise(() => setInterval(() => {}, 1_000))')
  const answers = executor.ask(await executor.release(never), manifest, abort.signal)[Symbol.asyncIterator]()
  await answers.next()
  abort.abort(new Error('enough'))
  await expect(
    (async () => {
      for (;;) if ((await answers.next()).done) return
    })(),
  ).rejects.toThrow('enough')
})

it('lets an entrypoint write where the app’s does, but for what the configuration has read-only', async () => {
  const script = [
    `import { writeFileSync } from 'node:fs'`,
    `writeFileSync('/app/tasks/seen', 'x'); writeFileSync('/read/seen', 'x')`,
  ]
  writeFileSync(path.join(tasks, 'a.js'), task(`'A task.'`, script.join('\n')))
  expect(await ask(manifest)).toMatchObject([
    { loading: 'tasks/a.js' },
    { broken: { why: expect.stringMatching(/EROFS.*\/read\/seen/) } },
  ])
  expect(readdirSync(tasks)).toContain('seen')
})
