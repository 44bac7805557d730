import { describe, expect, it } from 'vitest'
import { entrypointRuns } from './entrypoint.ts'

interface Image {
  readonly entrypoint: readonly string[]
  readonly command: readonly string[]
}

const runs = (
  { entrypoint, command }: Image,
  argv: readonly string[],
  declared?: 'run' | 'skip',
  parentArgv: readonly string[] = [],
) => entrypointRuns({ Entrypoint: entrypoint, Cmd: command }, { argv, parentArgv }, declared)

const script = ['docker-entrypoint.sh']
const server = ['node', 'server.js']

describe('an entrypoint that makes room for a command runs before a task', () => {
  it.each<[string, Image, readonly string[]]>([
    ['of the image of node', { entrypoint: script, command: server }, server],
    ['tini', { entrypoint: ['/usr/bin/tini', '--'], command: server }, server],
    ['tini by its name, with options', { entrypoint: ['tini', '-g', '--'], command: server }, server],
    ['dumb-init', { entrypoint: ['dumb-init', '--'], command: server }, server],
    ['a script behind tini', { entrypoint: ['tini', '--', 'entrypoint.sh'], command: server }, server],
    ['one that takes on a user by gosu', { entrypoint: script, command: ['postgres'] }, ['postgres']],
    [
      'one that adds options to the command',
      { entrypoint: script, command: ['redis-server'] },
      ['/usr/local/bin/redis-server'],
    ],
    [
      'one before whose command a program stands that becomes it',
      { entrypoint: ['nice', '-n', '5'], command: server },
      server,
    ],
    [
      'one that puts a program before the command',
      { entrypoint: ['/entrypoint.sh'], command: ['gunicorn', 'app:app'] },
      ['/usr/bin/python3', '/usr/bin/gunicorn', 'app:app'],
    ],
    [
      'one that stays, with the command among its processes',
      { entrypoint: ['/entrypoint.sh'], command: ['/app/serve.sh'] },
      ['/bin/sh', '/app/serve.sh'],
    ],
    [
      'one that stays, and is all that there is to be seen',
      { entrypoint: ['docker-entrypoint.sh'], command: server },
      ['/bin/sh', '/usr/local/bin/docker-entrypoint.sh', ...server],
    ],
    [
      'a command in the form for shells, of which the shell became the program',
      { entrypoint: script, command: ['/bin/sh', '-c', 'node server.js'] },
      server,
    ],
    [
      'a command in the form for shells that says exec',
      { entrypoint: script, command: ['/bin/sh', '-c', 'exec node server.js'] },
      server,
    ],
    [
      'a command in the form for shells, whose shell stays',
      { entrypoint: script, command: ['/bin/sh', '-c', 'node server.js | tee log'] },
      ['/bin/sh', '-c', 'node server.js | tee log'],
    ],
    ['npm', { entrypoint: script, command: ['npm', 'start'] }, ['npm start', '', '', '']],
    [
      'nginx',
      { entrypoint: ['/docker-entrypoint.sh'], command: ['nginx', '-g', 'daemon off;'] },
      ['nginx: master process nginx -g daemon off;'],
    ],
    [
      'arguments with spaces',
      { entrypoint: script, command: ['sh', '-c', 'sleep 5; exit'] },
      ['sh', '-c', 'sleep 5; exit'],
    ],
  ])('%s', (_name, image, argv) => {
    expect(runs(image, argv)).toBe(true)
  })
})

describe('a command that is a script, and the app its child', () => {
  const image = { entrypoint: ['/entrypoint.sh'], command: ['/app/serve.sh'] }

  it('shows that the entrypoint makes room for a command', () => {
    expect(runs(image, server, undefined, ['/bin/sh', '/app/serve.sh'])).toBe(true)
    const inShell = { ...image, command: ['/bin/sh', '-c', 'cd /srv && node server.js'] }
    expect(runs(inShell, server, undefined, inShell.command)).toBe(true)
  })

  it('is not the entrypoint itself, which has it among its arguments', () => {
    const itself = ['/bin/sh', '/entrypoint.sh', '/app/serve.sh']
    expect(() => runs(image, server, undefined, itself)).toThrow("can't be told")
  })
})

describe('an entrypoint that is the app does not run before a task', () => {
  it.each<[string, Image, readonly string[]]>([
    ['none at all', { entrypoint: [], command: server }, server],
    ['a script that starts the app, without a command', { entrypoint: ['./start.sh'], command: [] }, server],
    [
      'the app in the form for shells',
      { entrypoint: ['/bin/sh', '-c', 'node server.js'], command: [] },
      server,
    ],
    ['the program, and the command its argument', { entrypoint: ['node'], command: ['server.js'] }, server],
    [
      'the program with options',
      { entrypoint: ['java', '-jar', 'app.jar'], command: ['--port', '80'] },
      ['java', '-jar', 'app.jar', '--port', '80'],
    ],
    [
      'a script of another language, and the command its argument',
      { entrypoint: ['./manage.py'], command: ['runserver'] },
      ['python3', './manage.py', 'runserver'],
    ],
    [
      'such a script, found in the PATH',
      { entrypoint: ['manage.py'], command: ['runserver'] },
      ['/usr/bin/python3', '/usr/local/bin/manage.py', 'runserver'],
    ],
    [
      'a program that writes over its arguments',
      { entrypoint: ['nginx'], command: ['-g', 'daemon off;'] },
      ['nginx: master process nginx -g daemon off;', ''],
    ],
    ['npm', { entrypoint: ['npm'], command: ['start'] }, ['npm start', '', '']],
  ])('%s', (_name, image, argv) => {
    expect(runs(image, argv)).toBe(false)
  })
})

describe('an init, whatever the app is behind it', () => {
  it.each([
    [['tini', '--']],
    [['/sbin/tini-static', '-s', '-g', '--']],
    [['/usr/bin/dumb-init', '--rewrite', '15:2', '--']],
    [['catatonit', '--']],
  ])('%j runs its command', (entrypoint) => {
    expect(runs({ entrypoint, command: ['./start.sh'] }, ['a name of its own'])).toBe(true)
  })

  it('with a script behind it is no more than that script', () => {
    const image = { entrypoint: ['tini', '--', './start.sh'], command: ['serve'] }
    expect(() => runs(image, ['a name of its own'])).toThrow("can't be told")
  })
})

describe('what is declared holds', () => {
  it.each([
    ['skip', { entrypoint: script, command: server }, server, false],
    ['run', { entrypoint: ['node'], command: ['server.js'] }, server, true],
    ['run', { entrypoint: ['./start.sh'], command: [] }, server, true],
    ['run', { entrypoint: [], command: server }, server, false],
  ] as const)('%s, for %j', (declared, image, argv, expected) => {
    expect(runs(image, argv, declared)).toBe(expected)
  })
})

it.each([
  ['ignores its command', { entrypoint: ['./start.sh'], command: ['serve'] }, server],
  [
    'starts something else',
    { entrypoint: script, command: ['yarn', 'start'] },
    ['node', '/opt/yarn.js', 'start'],
  ],
  ['has a title of its own', { entrypoint: script, command: ['postgres'] }, ['postgres: checkpointer']],
  ['can’t be seen', { entrypoint: script, command: server }, []],
])('where the app does not show it, since it %s, it has to be said', (_name, image, argv) => {
  expect(() => runs(image, argv)).toThrow(expect.objectContaining({ code: 'ENTRYPOINT_AMBIGUOUS' }))
})
