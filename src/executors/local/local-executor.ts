import path from 'node:path'
import { Bug, PurserError } from '../../core/errors.ts'
import type { Release } from '../../environment/release.ts'
import type { Place } from '../../environment/wiring.ts'
import type { AttemptRecord } from '../../runs/events.ts'
import { isAlive } from '../../runs/process-identity.ts'
import { apartVariables, refuseUnenforced, wirePlace } from '../../supervision/apart/wire-place.ts'
import type { Supervision } from '../../supervision/holder.ts'
import { programFiles } from '../../supervision/program-files.ts'
import { Standby } from '../../supervision/standby.ts'
import type { Argv } from '../../tasks/task.ts'
import type {
  Apartness,
  Assignment,
  AttemptSpec,
  Execution,
  Executor,
  Question,
  ReleaseOptions,
  WireWay,
  Work,
} from '../executor.ts'
import { askReleaseSide } from './ask-release-side.ts'
import { type FinderOptions, findServing } from './find/find-serving.ts'
import { readVariables, type ServingProcess } from './proc/serving-process.ts'
import { type LocalRelease, readLocalRelease } from './release/local-release.ts'
import type { LocalOrder } from './supervisor/order.ts'
import { withEnvFiles } from './twin/env-files.ts'
import { nodeOf } from './twin/node-program.ts'
import { describeTwin, resolveProgram, type Twin } from './twin/twin.ts'

/** Runs attempts as processes of this machine, each the twin of the app's own process. Linux. */
export class LocalExecutor implements Executor {
  // What shows a process's environment fact by fact is the Docker executor's so far.
  readonly observes = false
  readonly #finder: FinderOptions
  readonly #place: Place
  #standby: Standby | undefined
  #apartness: Promise<Apartness> | undefined
  readonly #releases = new WeakMap<Release, LocalRelease>()

  constructor(finder: FinderOptions, place: Place) {
    if (process.platform !== 'linux') throw notLinux()
    this.#finder = finder
    this.#place = place
  }

  async release(_signal?: AbortSignal, { candidate }: ReleaseOptions = {}): Promise<Release> {
    if (candidate !== undefined) throw hasNoImage(candidate)
    const pids = findServing(this.#finder, this.#place)
    const release = await readLocalRelease(pids, path.join(this.#place.state, 'cache'))
    this.#releases.set(release, release)
    return release
  }

  async observe(): Promise<never> {
    throw new Bug('The local executor does not observe.')
  }

  /** Whether the machine has room is left to its own limits, which the twin shares with the app. */
  async room(): Promise<undefined> {}

  async twin(): Promise<never> {
    throw new Bug('The local executor does not observe.')
  }

  async variables(release: Release): Promise<ReadonlyMap<string, string>> {
    return variablesOf(this.#app(release))
  }

  apartness(): Promise<Apartness> {
    this.#apartness ??= import('./apart/try-apart.ts').then(({ tryApart }) => tryApart())
    return this.#apartness
  }

  /** Its twins are processes of this machine. */
  async wireWay(): Promise<WireWay> {
    return {
      wireAddress: '127.0.0.1',
      leadTo: (url) => url,
      broken: new AbortController().signal,
      [Symbol.asyncDispose]: async () => {},
    }
  }

  async *ask(release: Release, question: Question, signal: AbortSignal): AsyncIterable<unknown> {
    const { app, twin } = this.#twin(release)
    const argv = [...twin.prefix, ...nodeOf(app), programFiles.release, 'answer']
    yield* askReleaseSide(argv, twin, question, signal)
  }

  standBy(): Disposable {
    this.#standby = new Standby('local')
    return this.#standby
  }

  async start(attempt: AttemptSpec, release: Release, signal: AbortSignal): Promise<Execution> {
    const isApart = attempt.apart !== undefined && (await this.apartness()).isEnforced
    if (attempt.apart !== undefined && !isApart) refuseUnenforced(attempt.apart, await this.apartness())
    // Loaded now: whoever only looks at a release does without journals.
    const { startAttempt } = await import('../../supervision/start-attempt.ts')
    const standby = this.#standby ?? new Standby('local')
    this.#standby = undefined
    return startAttempt(standby, this.#order(attempt, release, isApart), salvage, { signal })
  }

  async attach(attempt: AttemptRecord): Promise<Execution | 'gone' | 'unreachable'> {
    const { attachTo } = await import('../../supervision/attach.ts')
    return attachTo(attempt, this.#folder(attempt.id), salvage)
  }

  #order(attempt: AttemptSpec, release: Release, isApart: boolean): LocalOrder {
    const { app, twin } = this.#twin(release)
    const { timeoutMs, apart } = attempt
    return {
      attempt: attempt.id,
      folder: this.#folder(attempt.id),
      argv: toArgv([...twin.prefix, ...programOf(attempt.work, app, twin)]),
      workingDirectory: twin.workingDirectory,
      umask: twin.umask,
      variables: {
        ...twin.variables,
        ...attempt.variables,
        ...apartVariables(apart),
        PURSER_RUN: attempt.run,
      },
      ...(apart !== undefined && isApart ? { apart: { wire: wirePlace(apart) } } : {}),
      uid: twin.uid,
      output: attempt.output,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      graceMs: attempt.graceMs,
      quotaBytes: attempt.quotaBytes,
      secrets: attempt.secrets,
      ...(attempt.work.kind === 'command' ? {} : { assignment: assignmentOf(attempt, attempt.work) }),
    }
  }

  #twin(release: Release): { app: ServingProcess; twin: Twin } {
    const app = this.#app(release)
    return { app, twin: describeTwin(app, variablesOf(app)) }
  }

  /** The process that the release was read from, while it still is that process. */
  #app(release: Release): ServingProcess {
    const app = this.#releases.get(release)?.processes[0]
    if (app === undefined) throw new Bug('This release was read by another executor.')
    if (isAlive(app.identity)) return app
    throw new PurserError('APP_RESTARTED', {
      message: `Process ${app.identity.pid}, which served when the release was read, has ended since.`,
      remedy: 'Let the restart or deploy finish, and try again.',
    })
  }

  #folder(attempt: string): string {
    return path.join(this.#place.state, 'attempts', attempt)
  }
}

/** Loaded when it is needed: only what was killed needs it. */
async function salvage(folder: string, supervision: Supervision): Promise<void> {
  const { endWithoutSupervisor } = await import('./attempts/post-mortem.ts')
  return endWithoutSupervisor(folder, supervision)
}

function variablesOf(app: ServingProcess): ReadonlyMap<string, string> {
  return withEnvFiles(app, readVariables(app.identity))
}

function programOf(work: Work, app: ServingProcess, twin: Twin): readonly string[] {
  if (work.kind === 'command') return resolveProgram(work.argv, twin)
  return [...nodeOf(app), programFiles.release, 'work']
}

function assignmentOf({ id, run }: AttemptSpec, work: Exclude<Work, { kind: 'command' }>): Assignment {
  return { run, attempt: id, ...work }
}

function toArgv([program, ...args]: readonly string[]): Argv {
  if (program === undefined) throw new Bug('A command has no program.')
  return [program, ...args]
}

function notLinux(): PurserError {
  return new PurserError('PLATFORM_UNSUPPORTED', {
    message: `The local executor reads the app from /proc, which ${process.platform} does not have.`,
    remedy: 'Run purser on the Linux machine where the app runs.',
  })
}

function hasNoImage(candidate: string): PurserError {
  return new PurserError('USAGE', {
    message: `The candidate "${candidate}" can't take the place of what serves: the app is a plain process, and has no image.`,
    remedy:
      'Leave out `--candidate` to run in what serves. Apps in containers have an image: `docker({ … })`.',
  })
}
