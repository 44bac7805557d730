import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { purser, typePurser } from '../../../support/cli.ts'
import { docker } from '../../../support/docker/docker.ts'
import { images } from '../../../support/docker/image-names.ts'
import { filesBelow, readIfThere, readKept } from '../../../support/kept-files.ts'
import { formsOf, foundIn, secretValues } from '../../../support/secret-values.ts'
import { temporaryFolder } from '../../../support/temporary-folder.ts'
import { until } from '../../../support/until.ts'
import { type App, startApp } from './apps.ts'
import { type EngineTap, tapEngine } from './engine-tap.ts'

const inVariables = secretValues(20, 'variable')
const exported = secretValues(15, 'exported').map((value) => value.replaceAll('\n', '-'))
const inFile = secretValues(14, 'file').map((value) => value.replaceAll('\n', '-'))
const [parameter = ''] = secretValues(1, 'parameter')
const all = [...inVariables, ...exported, ...inFile, parameter]

/** Prints nothing that it knows, and waits until it was looked at. */
const quiet = `import { defineScript } from 'purser'
import { existsSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { z } from 'zod'
export default defineScript({
  name: 'quiet', summary: 'Keeps it to itself.', params: z.object({ password: z.string() }),
  async run({ params }) {
    console.log('at work with', params.password.length)
    while (!existsSync('/tmp/seen')) await setTimeout(20)
  },
})`

/** Prints all that it has in every form. */
const loud = `import { defineScript } from 'purser'
import { z } from 'zod'
export default defineScript({
  name: 'loud', summary: 'Tells everything.', params: z.object({ password: z.string() }),
  run({ params, progress }) {
    const values = Object.entries(process.env).filter(([name]) => name.endsWith('_TOKEN')).map(([, value]) => value)
    for (const value of [...values, params.password]) {
      const bytes = Buffer.from(value)
      console.log(value, JSON.stringify(value), encodeURIComponent(value), bytes.toString('base64'))
      console.error(bytes.toString('hex'), Buffer.from('user:' + value).toString('base64'))
      progress(1, 2, 'at ' + value)
    }
    throw new Error('failed with ' + values[0])
  },
})`

const entrypoint = `#!/bin/sh
at=0
while IFS= read -r line; do
  at=$((at + 1))
  export "EXPORTED_\${at}_TOKEN=$line"
done < /run/secrets/exported
exec "$@"
`

const temporary = temporaryFolder()
let app: App
let tap: EngineTap

beforeAll(async () => {
  const file = (name: string, content: string) => {
    const target = path.join(temporary.folder, name)
    mkdirSync(path.dirname(target), { recursive: true })
    writeFileSync(target, content, { mode: 0o755 })
    return target
  }
  chmodSync(temporary.folder, 0o755)
  file('tasks/quiet.ts', quiet)
  file('tasks/loud.ts', loud)
  const mounts = {
    '/app/tasks': path.join(temporary.folder, 'tasks'),
    '/run/secrets/exported': file('exported', `${exported.join('\n')}\n`),
    '/run/secrets/file': file('file', inFile.join('\n')),
    '/entrypoint.sh': file('entrypoint.sh', entrypoint),
  }
  tap = await tapEngine()
  app = await startApp({
    args: [
      ...inVariables.flatMap((value, at) => ['--env', `SERVICE_${at}_TOKEN=${value}`]),
      ...Object.entries(mounts).flatMap(([place, from]) => ['--volume', `${from}:${place}:ro`]),
      ...['--entrypoint', '/entrypoint.sh', images.node, 'node', 'server.js'],
    ],
    options: { host: tap.host },
  })
  await app.containers[0]?.printed('The app serves')
})

afterAll(async () => {
  await app[Symbol.asyncDispose]()
  await tap[Symbol.asyncDispose]()
  temporary[Symbol.dispose]()
})

/** Runs a task of the app with the secret parameter, on stdin. */
function typeTask(name: string) {
  const args = ['run', name, '--environment', 'test', '--params', '-']
  return typePurser(app.project.folder, args, { input: JSON.stringify({ password: parameter }) })
}

it('there are fifty, and each is found in every form where it stands', () => {
  expect(new Set(all).size).toBe(50)
  const text = JSON.stringify(all.flatMap((value) => formsOf(value)))
  for (const value of all) expect(foundIn(text, [value])).not.toEqual([])
})

describe('a run and a check of parity', () => {
  const printed: string[] = []
  const commandLines = new Set<string>()
  const twins: { readonly inspected: string; readonly logs: string }[] = []

  beforeAll(async () => {
    const parity = await purser(app.project.folder, ['parity', '-e', 'test', '--json'])
    printed.push(parity.stdout, parity.stderr)
    expect(JSON.parse(parity.stdout)).toMatchObject({ verdict: 'same', findings: [], unobserved: [] })

    const typed = typeTask('quiet')
    const watching = watchProcesses(commandLines, typed.finished)
    await typed.printed('at work')
    twins.push(await lookAtTwin())
    const { code, stdout, stderr } = await typed.finished
    await watching
    printed.push(stdout, stderr)
    expect({ code, stderr }).toMatchObject({ code: 0 })
  })

  it('print none of them', () => {
    expect(foundIn(printed.join('\n'), all)).toEqual([])
  })

  it('start no process with one of them among its arguments', () => {
    expect([...commandLines].filter((line) => line.includes('purser')).length).toBeGreaterThan(1)
    expect(foundIn([...commandLines].join('\n'), all)).toEqual([])
  })

  it('make a container that shows none of them but in its variables, and has none in its log', () => {
    const [{ inspected, logs } = { inspected: '', logs: '' }] = twins
    expect(inspected).toContain('purser.attempt')
    expect(logs).toContain('at work')
    expect(foundIn(inspected + logs, all)).toEqual([])
  })

  it('send and get none of them over the engine’s connection, but where it can’t be otherwise', () => {
    const told = tap.exchanges.map((exchange) => ({ ...exchange, ...withoutExceptions(exchange) }))
    const probes = told.filter(({ received }) => received.includes('variables:SERVICE_0_TOKEN'))
    // Of the app once for each command, and of each twin.
    expect(probes.length).toBeGreaterThanOrEqual(4)
    for (const { what, sent, received } of told) {
      expect({ what, found: foundIn(sent + received, all) }).toEqual({ what, found: [] })
    }
  })
})

/** Made containers, by the beginning of their names. */
function created(name: string): readonly string[] {
  return tap.exchanges
    .filter(({ what, sent }) => what === 'POST /containers/create' && sent().includes(`name=${name}`))
    .map(({ sent }) => sent())
}

/**
 * What is sent and received, without what has to be told: the engine is told a twin's variables when it makes it, and tells
 * them of every container that is inspected; what the entrypoint exported is read from the app's process once, for
 * redaction; and the parameters, of which one is secret, go to the release side on its stdin, which checks them and answers
 * with what they are then.
 */
function withoutExceptions(exchange: (typeof tap.exchanges)[number]) {
  const { what } = exchange
  const [sent, received] = [exchange.sent(), exchange.received()]
  if (what === 'POST /containers/create') return { sent: withoutVariables(sent), received }
  if (/^GET \/containers\/\w+\/json$/.test(what)) return { sent, received: withoutVariables(received) }
  if (/^POST \/exec\/\w+\/start$/.test(what) && readsVariables(what)) return { sent, received: '' }
  if (/^POST \/containers\/\w+\/attach$/.test(what))
    return { sent: withoutParameter(sent), received: withoutParameter(received) }
  return { sent, received }
}

function withoutVariables(text: string): string {
  return text.replace(/"Env":\[(?:"(?:[^"\\]|\\.)*",?)*\]/g, '"Env":[]')
}

function withoutParameter(text: string): string {
  return text.replaceAll(JSON.stringify(parameter).slice(1, -1), '')
}

/** Whether an exec was made for nothing but to read the process's variables. */
function readsVariables(start: string): boolean {
  const [, id = ''] = /^POST \/exec\/(\w+)\/start$/.exec(start) ?? []
  const made = tap.exchanges.find(
    ({ what, received }) => /^POST \/containers\/\w+\/exec$/.test(what) && received().includes(id),
  )
  return made?.sent().includes('cat \\"/proc/$1/environ\\"') === true
}

it('what answers a question, or is only looked at, has no log that could keep what is secret', () => {
  const passing = [...created('purser-question-'), ...created('purser-idle-')]
  expect(passing.length).toBeGreaterThanOrEqual(3)
  for (const sent of passing) expect(sent).toContain('"LogConfig":{"Type":"none"}')
})

describe('a task that prints all that it has', () => {
  it('is told, shown and kept without any of what Purser knows', async () => {
    const { code, stdout, stderr } = await typeTask('loud').finished
    expect(code).toBe(1)
    const shown = [stdout, stderr]
    const commands = [
      ['logs', 'last'],
      ['logs', 'last', '--json'],
      ['show', 'last'],
      ['show', 'last', '--json'],
      ['runs', '--json'],
      ['ledger', 'export'],
      ['tasks', '-e', 'test', '--json'],
    ]
    for (const command of commands) {
      const seen = await purser(app.project.folder, command)
      shown.push(seen.stdout, seen.stderr)
    }
    expect(shown.join('').match(/\[redacted/g)?.length).toBeGreaterThan(36)
    expect(foundIn(shown.join('\n'), all)).toEqual([])
  })

  it('leaves none of them in any file of ours', () => {
    const files = filesBelow(path.join(app.project.folder, '.purser'))
    expect(files.length).toBeGreaterThan(6)
    for (const file of files)
      expect({ file, found: foundIn(readKept(file), all) }).toEqual({ file, found: [] })
  })
})

/** Keeps the arguments of all processes that there are, over and over until something has ended. */
async function watchProcesses(lines: Set<string>, until: Promise<unknown>): Promise<void> {
  let isOver = false
  void until.then(() => {
    isOver = true
  })
  while (!isOver) {
    for (const pid of readdirSync('/proc')) {
      if (/^\d+$/.test(pid)) lines.add(readIfThere(`/proc/${pid}/cmdline`))
    }
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** The twin at work: what the engine tells of it but for its variables, and its log. */
async function lookAtTwin() {
  const id = `purser-${(await app.project.last()).run}.1`
  const inspected = JSON.parse(await docker('inspect', '--format', '{{json .}}', id))
  inspected.Config.Env = []
  const logs = docker('logs', '--follow', id)
  // the engine's log may be behind what has been seen
  await until(async () => (await docker('logs', id)).includes('at work'))
  await docker('exec', id, 'touch', '/tmp/seen')
  return { inspected: JSON.stringify(inspected), logs: await logs }
}
