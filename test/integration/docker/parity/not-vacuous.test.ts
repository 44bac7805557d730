import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { images } from '../../../support/docker/image-names.ts'
import { temporaryFolder } from '../../../support/temporary-folder.ts'
import { type App, type AppDescription, startApp } from './apps.ts'
import { type, typeParity } from './typed.ts'

const httpd = ['httpd', '-f', '-p', '3000', '-h', '/app/www']

interface Entrypoint {
  /** Lines of the script before it becomes the command; `/state` is a folder that all containers share. */
  readonly lines?: readonly string[]
  readonly options?: readonly string[]
  readonly image?: string
}

/** An app with an entrypoint, a secret in a file that can be rotated, and a folder in which tasks leave their traces. */
async function startWithEntrypoint({ lines, options = [], image = images.entrypoint }: Entrypoint = {}) {
  const temporary = temporaryFolder()
  const file = (name: string) => path.join(temporary.folder, name)
  const rotate = (value: string) => writeFileSync(file('secret'), value)
  rotate('the first one')
  mkdirSync(file('state'), { mode: 0o777 })
  chmodSync(file('state'), 0o777)
  const script = ['#!/bin/sh', ...(lines ?? []), 'exec "$@"', '']
  writeFileSync(file('entrypoint.sh'), script.join('\n'), { mode: 0o755 })
  const mounts = [
    ...['--volume', `${file('secret')}:/run/secrets/app:ro`, '--volume', `${file('state')}:/state`],
    ...(lines === undefined
      ? []
      : ['--volume', `${file('entrypoint.sh')}:/own.sh:ro`, '--entrypoint', '/own.sh']),
  ]
  const app = await startApp({ args: [...mounts, ...options, image, ...httpd] })
  // What the entrypoint does the first time is done.
  const serves = 'until pidof httpd > /dev/null; do sleep 0.05; done'
  for (const container of app.containers) await container.exec('sh', '-c', serves)
  return {
    ...app,
    rotate,
    traces: (name: string) => existsSync(file(`state/${name}`)),
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]()
      temporary[Symbol.dispose]()
    },
  }
}

/** Runs a task that leaves a trace, and says how that went. */
async function attemptTask(app: App & { traces(name: string): boolean }) {
  const { code, stdout, stderr } = await type(app.project, 'run', '--', 'touch', '/state/task')
  return { code, printed: stdout + stderr, ran: app.traces('task') }
}

const built: readonly [string, Entrypoint][] = [
  ['that becomes the command', {}],
  ['that stays', { image: images.entrypointFork }],
  ['behind an init', { options: ['--init'] }],
  ['of a user that is not root', { options: ['--user', '1000:1000'] }],
  [
    'of a user that is not root, behind an init',
    { options: ['--init', '--user', '1000'], image: images.entrypointFork },
  ],
]

describe.each(built)('an entrypoint %s, which exports a secret from a file', (_how, entrypoint) => {
  it('is no difference, and the task runs', async () => {
    await using app = await startWithEntrypoint(entrypoint)
    expect(await typeParity(app.project)).toMatchObject({ verdict: 'same', findings: [], unobserved: [] })
    expect(await attemptTask(app)).toMatchObject({ code: 0, ran: true })
  })

  it('is seen to export another one than the app has, once the secret was rotated: no task runs', async () => {
    await using app = await startWithEntrypoint(entrypoint)
    app.rotate('a second one')
    const { verdict, findings, unobserved } = await typeParity(app.project)
    expect({ verdict, unobserved }).toEqual({ verdict: 'blocked', unobserved: [] })
    expect(findings).toEqual([
      expect.objectContaining({
        ...{ number: 24, kind: 'variable-stale', severity: 'block' },
        items: [{ fact: 'variables:SECRET_FROM_FILE', app: 'one value', twin: 'another value' }],
      }),
    ])
    const attempted = await attemptTask(app)
    expect(attempted).toMatchObject({ code: 81, ran: false })
    expect(attempted.printed).toContain('SECRET_FROM_FILE')
  })
})

const firstTime = 'if mkdir /state/began 2> /dev/null; then'

describe('an entrypoint that does something else the second time', () => {
  it.each([
    [21, 'variable-missing', 'exports a variable no more', ['export CURRENCY=EUR', 'fi']],
    [23, 'variable-extra', 'exports one more', ['true', 'else export CURRENCY=EUR', 'fi']],
    [
      24,
      'variable-stale',
      'exports another value',
      ['export CURRENCY=EUR', 'else export CURRENCY=CHF', 'fi'],
    ],
  ])('%i %s: it %s', async (number, kind, _what, then) => {
    await using app = await startWithEntrypoint({ lines: [firstTime, ...then] })
    const { findings, unobserved } = await typeParity(app.project)
    expect(unobserved).toEqual([])
    expect(findings.map((finding) => [finding.number, finding.kind])).toEqual([[number, kind]])
    expect(await attemptTask(app)).toMatchObject({ code: 81, ran: false })
  })

  it('changes its umask and its limits', async () => {
    await using app = await startWithEntrypoint({ lines: [firstTime, 'umask 077', 'ulimit -n 100', 'fi'] })
    const { verdict, findings, unobserved } = await typeParity(app.project)
    expect({ verdict, unobserved }).toEqual({ verdict: 'differs', unobserved: [] })
    expect(findings.map(({ number }) => number)).toEqual([34, 38])
  })

  it('changes a file that is its configuration', async () => {
    const lines = [firstTime, 'echo a > /app/www/.env', 'else echo b > /app/www/.env', 'fi']
    await using app = await startWithEntrypoint({ lines })
    const { findings } = await typeParity(app.project)
    expect(findings.map(({ number }) => number)).toEqual([26])
  })

  it('ends, so that there is nothing to compare', async () => {
    await using app = await startWithEntrypoint({ lines: [firstTime, 'true', 'else exit 3', 'fi'] })
    const { code, stderr } = await type(app.project, 'parity')
    expect(code).not.toBe(0)
    expect(stderr).toContain('PROBE_FAILED')
    expect(await attemptTask(app)).toMatchObject({ code: expect.any(Number), ran: false })
  })
})

describe('an entrypoint that prints', () => {
  it.each([
    ['3 MB on its output', 'head -c 3000000 /dev/zero | tr "\\000" x'],
    ['3 MB on its errors', 'head -c 3000000 /dev/zero | tr "\\000" "\\n" >&2'],
    [
      'what a probe would',
      'for line in $(seq 200); do echo "purser:$line:begin"; echo "purser:$line:end 0 0"; done',
    ],
  ])('%s is no difference, and the task runs', async (_what, line) => {
    await using app = await startWithEntrypoint({ lines: [line] })
    expect(await typeParity(app.project)).toMatchObject({ verdict: 'same', findings: [], unobserved: [] })
    expect(await attemptTask(app)).toMatchObject({ code: 0, ran: true })
  })
})

describe('replicas', () => {
  const replicas = (args: Exclude<AppDescription['args'], readonly string[]>) =>
    startApp({ args: (replica) => [...args(replica), images.busybox, ...httpd], replicas: 3 })

  it('that differ in their names and numbers alone are one app', async () => {
    await using app = await replicas((replica) => [
      ...['--hostname', `web-${replica}`, '--env', `INSTANCE=${replica}`, '--env', `PORT=300${replica}`],
    ])
    const report = await typeParity(app.project)
    expect(report).toMatchObject({ verdict: 'same', findings: [], unobserved: [], refusals: [] })
    expect(report.varying).toEqual(
      expect.arrayContaining(['variables:INSTANCE', 'variables:PORT', 'hostname']),
    )
  })

  it('that work on different databases are not', async () => {
    await using app = await replicas((replica) => ['--env', `DATABASE_URL=postgres://db-${replica}/shop`])
    const { verdict, findings } = await typeParity(app.project)
    expect(verdict).toBe('blocked')
    expect(findings.map(({ number, kind }) => [number, kind])).toEqual([[5, 'mixed-releases']])
    expect(JSON.stringify(findings)).not.toContain('db-1')
  })
})
