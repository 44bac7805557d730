import path from 'node:path'
import { Bug, PurserError, type Refusal } from '../../core/errors.ts'
import type { Release } from '../../environment/release.ts'
import type { Place } from '../../environment/wiring.ts'
import type { AttemptRecord } from '../../runs/events.ts'
import { refuseUnenforced, wirePlace } from '../../supervision/apart/wire-place.ts'
import { Standby } from '../../supervision/standby.ts'
import type {
  Apartness,
  AttemptSpec,
  Execution,
  Executor,
  NoWireWay,
  Observed,
  Question,
  ReleaseOptions,
  WireWay,
} from '../executor.ts'
import type { Engine } from './engine/engine.ts'
import { openEngine } from './engine/open-engine.ts'
import { engineVariables } from './engine-variables.ts'
import type { HelperImage } from './labels.ts'
import { observeContainer } from './observe/observe-container.ts'
import { readChanges } from './observe/read-changes.ts'
import type { DockerOptions } from './options.ts'
import { placeId } from './place.ts'
import { NodeAnswers } from './probe/node-answers.ts'
import { inspectContainer, readDockerRelease } from './release/docker-release.ts'
import { Findings } from './release/findings.ts'
import { nameOf } from './release/skews.ts'
import { roomFor } from './twin/room.ts'
import { TwinPlanner } from './twin/twin-planner.ts'

const defaultHelper = 'busybox'

/** Runs attempts as containers of a Docker Engine, each the twin of a container of the app. */
export class DockerExecutor implements Executor {
  readonly observes = true
  readonly #options: DockerOptions
  readonly #place: Place
  readonly #engine: Engine
  #standby: Standby | undefined
  #apartness: Promise<Apartness> | undefined
  readonly #nodeAnswers: NodeAnswers
  readonly #findings = new WeakMap<Release, Findings>()

  private constructor(options: DockerOptions, place: Place, engine: Engine) {
    this.#options = options
    this.#place = place
    this.#engine = engine
    this.#nodeAnswers = new NodeAnswers(place)
  }

  /** Throws `ENGINE_UNKNOWN`; nothing is connected before something is asked of the engine. */
  static async open(options: DockerOptions, place: Place): Promise<DockerExecutor> {
    const { host, context } = options
    const wanted = { ...(host === undefined ? {} : { host }), ...(context === undefined ? {} : { context }) }
    return new DockerExecutor(options, place, await openEngine(wanted, process.env))
  }

  async release(_signal: AbortSignal, { candidate }: ReleaseOptions = {}): Promise<Release> {
    const [release] = await Promise.all([
      readDockerRelease(this.#engine, this.#options, candidate),
      this.#sweep(),
    ])
    const means = {
      helper: this.#helper,
      entrypoint: this.#options.entrypoint,
      nodeAnswers: this.#nodeAnswers,
    }
    this.#findings.set(release, new Findings(this.#engine, release, means))
    return release
  }

  variables(release: Release): Promise<ReadonlyMap<string, string>> {
    const findings = this.#find(release)
    // asked for now, since the engine takes its time to answer; told to whoever wants it
    findings.memory().catch(() => {})
    return findings.variables()
  }

  async observe(release: Release, signal: AbortSignal): Promise<readonly Observed[]> {
    const findings = this.#find(release)
    const { containers, servingImage, neighbours } = findings.release
    const { model } = findings
    const changes = await readChanges(this.#engine, model)
    return Promise.all(
      containers.map(async (container) =>
        observeContainer(this.#engine, {
          ...(container === model ? { changes } : {}),
          container,
          image: servingImage,
          neighbours,
          serving: containers,
          probed: await findings.probe(signal, container.Id),
          helper: this.#helper,
          own: new Map(),
        }),
      ),
    )
  }

  async room(release: Release, signal: AbortSignal): Promise<Refusal | undefined> {
    const findings = this.#find(release)
    const { room } = await findings.probe(signal)
    return roomFor(findings.model, room, () => findings.memory())
  }

  apartness(release: Release): Promise<Apartness> {
    const { model } = this.#find(release)
    this.#apartness ??= import('./apart/try-guard.ts').then(({ tryGuard }) =>
      tryGuard(this.#engine, this.#helper, nameOf(model)),
    )
    return this.#apartness
  }

  async wireWay(release: Release, signal: AbortSignal): Promise<WireWay | NoWireWay> {
    const [{ openWireWay }, { dialFrom }] = await Promise.all([
      import('./wire-way/open-wire-way.ts'),
      import('./observe/dial.ts'),
    ])
    const findings = this.#find(release)
    const { model: app } = findings
    const { hasShell } = await findings.probe(signal)
    const starting = { container: app, hasShell, helper: this.#helper }
    return openWireWay(this.#engine, {
      app,
      helper: this.#helper,
      state: this.#place.state,
      dial: (host, port, limit) => dialFrom(this.#engine, starting, host, port, limit),
    })
  }

  async *ask(release: Release, question: Question, signal: AbortSignal): AsyncIterable<unknown> {
    const { askInTwin } = await import('./questions/ask-in-twin.ts')
    yield* askInTwin(this.#engine, (await this.#planner(release)).answering(), question, signal)
  }

  standBy(): Disposable {
    this.#standby = new Standby('docker', engineVariables(process.env))
    return this.#standby
  }

  async start(attempt: AttemptSpec, release: Release, signal: AbortSignal): Promise<Execution> {
    const [{ startAttempt }, { judgeTwin }, { salvageFrom }] = await Promise.all([
      import('../../supervision/start-attempt.ts'),
      import('./observe/judge-twin.ts'),
      import('./supervisor/salvage.ts'),
    ])
    const { inspection, apart } = attempt
    const isApart = apart !== undefined && (await this.apartness(release)).isEnforced
    if (apart !== undefined && !isApart) refuseUnenforced(apart, await this.apartness(release))
    const findings = this.#find(release)
    const planner = await this.#planner(release)
    const kept =
      apart && isApart
        ? { wire: wirePlace(apart), helper: this.#helper, outside: findings.model.State.Pid }
        : undefined
    const order = planner.order(attempt, this.#folder(attempt.id), kept)
    const model = await findings.probe(signal)
    const standby = this.#standby ?? new Standby('docker', engineVariables(process.env))
    this.#standby = undefined
    return startAttempt(standby, order, salvageFrom(this.#engine, this.#wanted), {
      signal,
      ...(inspection === undefined
        ? {}
        : {
            answer: (question) =>
              judgeTwin(this.#engine, question, {
                inspection,
                nonce: order.nonce,
                key: findings.key,
                release: findings.release,
                own: planner.own(Object.keys(attempt.variables ?? {})),
                helper: this.#helper,
                model,
              }),
          }),
    })
  }

  async attach(attempt: AttemptRecord): Promise<Execution | 'gone' | 'unreachable'> {
    const [{ attachTo }, { salvageFrom }] = await Promise.all([
      import('../../supervision/attach.ts'),
      import('./supervisor/salvage.ts'),
    ])
    try {
      return await attachTo(attempt, this.#folder(attempt.id), salvageFrom(this.#engine, this.#wanted))
    } catch (error) {
      const isAway = error instanceof PurserError && /^ENGINE_(?:UNREACHABLE|FORBIDDEN)$/.test(error.code)
      if (isAway) return 'unreachable'
      throw error
    }
  }

  async twin(release: Release, signal: AbortSignal): Promise<Observed & AsyncDisposable> {
    const { lookAtTwin } = await import('./observe/look-at-twin.ts')
    const findings = this.#find(release)
    const planner = await this.#planner(release)
    const model = await findings.probe(signal)
    const { release: looked, key } = findings
    return lookAtTwin(this.#engine, planner, { release: looked, key, helper: this.#helper, signal, model })
  }

  get #helper(): HelperImage {
    return { image: this.#options.helper ?? defaultHelper, place: placeId(this.#place) }
  }

  get #wanted() {
    const { host, context } = this.#options
    return { ...(host === undefined ? {} : { host }), ...(context === undefined ? {} : { context }) }
  }

  #find(release: Release): Findings {
    const findings = this.#findings.get(release)
    if (findings === undefined) throw new Bug('This release was read by another executor.')
    return findings
  }

  async #planner(release: Release): Promise<TwinPlanner> {
    const findings = this.#find(release)
    const { model } = findings
    const now = await inspectContainer(this.#engine, model.Id)
    if (now?.State.Running !== true || now.State.StartedAt !== model.State.StartedAt)
      throw restarted(nameOf(model))
    const probed = await findings.probe(new AbortController().signal)
    return TwinPlanner.make(this.#engine, {
      options: this.#options,
      engine: this.#wanted,
      engineAddress: this.#engine.where,
      place: placeId(this.#place),
      release: findings.release,
      key: findings.key,
      probed,
      busybox: probed.hasShell ? undefined : await this.#takeBusybox(nameOf(model)),
      variables: await findings.variables(),
    })
  }

  /** What was killed before it could clean up. The next reading tries again. */
  async #sweep(): Promise<void> {
    const { sweep } = await import('./supervisor/sweep.ts')
    const { sweepWayFolders } = await import('./wire-way/folders.ts')
    await sweep(this.#engine, placeId(this.#place), (attempt) => this.#folder(attempt)).catch(() => {})
    sweepWayFolders(this.#place.state)
  }

  async #takeBusybox(container: string): Promise<string> {
    const { takeBusybox } = await import('./probe/busybox.ts')
    return takeBusybox(this.#engine, this.#place, this.#helper, container)
  }

  #folder(attempt: string): string {
    return path.join(this.#place.state, 'attempts', attempt)
  }
}

function restarted(name: string): PurserError {
  return new PurserError('APP_RESTARTED', {
    message: `Container ${name}, which served when the release was read, was restarted or replaced since.`,
    remedy: 'Let the restart or deploy finish, and try again.',
  })
}
