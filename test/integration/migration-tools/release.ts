import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import type { Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { Question } from '../../../src/executors/executor.ts'
import type { MigrationSet } from '../../../src/migrations/tools/migration-set.ts'
import type { MigrationCommand } from '../../../src/release-side/migration-command.ts'
import { packageRoot } from '../../support/package-root.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { writeFiles } from './write-files.ts'

const releaseSide = path.join(packageRoot, 'src/bin/release.ts')
const taskFile = 'tasks/migrate.js'

export interface Ended {
  readonly code: number | null
  readonly output: string
}

/** A release with one migration task, which is worked for as the release side does it in a twin. */
export interface Release extends Disposable {
  readonly root: string
  write(files: Readonly<Record<string, string>>): void
  /** What it answers to the question for its migrations. */
  set(): Promise<MigrationSet>
  /** The migration, with the database's URL in this variable. */
  migrate(variable: string, url: string): Promise<Ended>
  /** One of its commands, started as the release side does. */
  command(command: MigrationCommand, variable: string, url: string): Promise<Ended>
}

interface Options {
  readonly programs: readonly string[]
  readonly variables?: Readonly<Record<string, string>>
}

/** Makes a folder with these files, the task `options`, and these programs in its `node_modules/.bin`. */
export function makeRelease(
  options: object,
  files: Readonly<Record<string, string>>,
  { programs, variables = {} }: Options,
): Release {
  const temporary = temporaryFolder()
  const root = temporary.folder
  const define = path.join(packageRoot, 'src/tasks/define.ts')
  writeFiles(root, {
    'package.json': '{ "type": "module" }',
    [taskFile]: `import { defineMigration } from ${JSON.stringify(define)}\nexport default defineMigration(${JSON.stringify(options)})\n`,
    ...files,
  })
  linkPackages(root, programs)
  const environment = { PATH: process.env.PATH ?? '', HOME: root, ...variables }
  return {
    root,
    write: (more) => writeFiles(root, more),
    async set() {
      const question: Question = { ask: 'migrations', file: taskFile }
      const { answers, output } = await start(['answer'], {
        root,
        environment,
        stdin: JSON.stringify(question),
      })
      const answer = answers === '' ? { broken: output } : JSON.parse(answers)
      if ('broken' in answer) throw new Error(answer.broken)
      return answer
    },
    async migrate(variable, url) {
      const { code, output } = await start(['work'], {
        root,
        environment: { ...environment, [variable]: url },
        assignment: {
          kind: 'task',
          file: taskFile,
          parameters: {},
          databaseVariable: variable,
          run: 'run',
          attempt: 'attempt',
        },
      })
      return { code, output }
    },
    async command({ argv: [program, ...args], variables: besides }, variable, url) {
      const child = spawn(program, args, {
        cwd: root,
        env: { ...environment, ...besides, [variable]: url },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      const [stdout, stderr, [code]] = await Promise.all([
        text(child.stdout),
        text(child.stderr),
        once(child, 'close'),
      ])
      return { code, output: stdout + stderr }
    },
    [Symbol.dispose]: () => temporary[Symbol.dispose](),
  }
}

interface Start {
  readonly root: string
  readonly environment: Readonly<Record<string, string>>
  readonly stdin?: string
  readonly assignment?: object
}

/** Starts the release side as an executor does: with its channel on file descriptor 3, and nothing more to read on stdin. */
async function start(part: readonly string[], { root, environment, stdin = '', assignment }: Start) {
  const child = spawn(process.execPath, [releaseSide, ...part], {
    cwd: root,
    env: environment,
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  })
  child.stdin.end(stdin)
  const channel = child.stdio[3] as Writable & NodeJS.ReadableStream
  if (assignment !== undefined) channel.write(`${JSON.stringify(assignment)}\n`)
  const [answers, stdout, stderr, [code]] = await Promise.all([
    text(channel).catch(() => ''),
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ])
  return { code, answers, output: stdout + stderr }
}

/** The packages of the tests, and only these programs. */
function linkPackages(root: string, programs: readonly string[]): void {
  const bin = path.join(root, 'node_modules/.bin')
  mkdirSync(bin, { recursive: true })
  for (const program of programs) {
    symlinkSync(path.join(packageRoot, 'node_modules/.bin', program), path.join(bin, program))
  }
  for (const name of ['@prisma', 'drizzle-orm', 'knex', 'pg', 'sequelize', 'typeorm']) {
    symlinkSync(path.join(packageRoot, 'node_modules', name), path.join(root, 'node_modules', name))
  }
}
