import { nodeOptions } from '../../../environment/node-options.ts'
import type { ComparisonKey } from '../../../environment/probe/keyed.ts'
import { newNonce } from '../../../environment/probe/request.ts'
import { twinScript } from '../../../environment/probe/script.ts'
import { apartVariables } from '../../../supervision/apart/wire-place.ts'
import type { Argv } from '../../../tasks/task.ts'
import type { AttemptSpec } from '../../executor.ts'
import { type ApartOrder, foundAt } from '../apart/orders.ts'
import { withVariables } from '../apart/with-variables.ts'
import type { Engine } from '../engine/engine.ts'
import type { EngineOptions } from '../engine/locate/locate.ts'
import type { ContainerConfig } from '../engine/types.ts'
import { labels, starter } from '../labels.ts'
import type { DockerOptions } from '../options.ts'
import { mountedFiles } from '../probe/mounted-files.ts'
import type { Probed } from '../probe/probed.ts'
import type { AnsweringTwin } from '../questions/ask-in-twin.ts'
import type { DockerRelease } from '../release/docker-release.ts'
import { nameSecrets } from '../supervisor/hidden-secrets.ts'
import type { DockerOrder } from '../supervisor/order.ts'
import { describeTwin, type Twin } from './describe-twin.ts'
import { entrypointRuns } from './entrypoint.ts'
import { hostsOfLinks } from './hosts-of-links.ts'
import type { Model } from './model.ts'
import { ownDifferences } from './own-differences.ts'
import {
  answerScript,
  beforeWork,
  helperShell,
  ownShell,
  type Shell,
  shellOpening,
  shimCommand,
  workWords,
} from './shim.ts'

export interface PlannerInput {
  readonly options: DockerOptions
  readonly engine: EngineOptions
  /** Where it is, for people and for whoever finds the attempt again. */
  readonly engineAddress: string
  readonly place: string
  readonly release: DockerRelease
  readonly key: ComparisonKey
  readonly probed: Probed
  readonly variables: ReadonlyMap<string, string>
  /** A file with a busybox, where the app's image has no shell. */
  readonly busybox: string | undefined
}

/** What the engine makes a container from. */
type MadeTwin = Pick<DockerOrder, 'body' | 'networks' | 'busybox'>

/** A twin that only shows itself. */
export type IdleTwin = MadeTwin & Pick<DockerOrder, 'name' | 'script' | 'nonce'>

/** Plans twins of one release: those that work, and those that answer. */
export class TwinPlanner {
  readonly #input: PlannerInput
  readonly #model: Model

  private constructor(input: PlannerInput, model: Model) {
    this.#input = input
    this.#model = model
  }

  static async make(engine: Engine, input: PlannerInput): Promise<TwinPlanner> {
    const { options, release, probed, variables, busybox } = input
    const [container] = release.containers
    const hosts = await hostsOfLinks(engine, container)
    return new TwinPlanner(input, {
      container,
      servingImage: release.servingImage,
      image: release.image,
      runsEntrypoint: entrypointRuns(container.Config, probed.process, options.entrypoint),
      variables,
      readOnly: options.readOnly ?? [],
      hosts,
      hasHelperVolume: busybox !== undefined,
    })
  }

  /** In what a twin will differ from the app because of us; `wired` names the variables that lead to a wire. */
  own(wired: readonly string[] = []): ReadonlyMap<string, string> {
    return ownDifferences(this.#model, this.#twin(), wired)
  }

  /** What the supervisor of an attempt is told. */
  order(attempt: AttemptSpec, folder: string, apartOrder?: ApartOrder): DockerOrder {
    const { engine, engineAddress, place, variables } = this.#input
    const { work, output, timeoutMs, run, id } = attempt
    const apart = apartVariables(attempt.apart, apartOrder && foundAt(apartOrder))
    const instead = { ...attempt.variables, ...apart }
    const twin = withVariables(this.#twin(), instead)
    const nonce = newNonce()
    return {
      engine,
      engineAddress,
      hidden: nameSecrets(attempt.secrets, new Map([...variables, ...Object.entries(instead)])),
      attempt: id,
      folder,
      name: `purser-${id}`,
      ...this.#make(twin, {
        Cmd: shimCommand(this.#shell, workWords(work, this.#node)),
        Labels: { [labels.attempt]: id, [labels.place]: place },
        Env: [`PURSER_RUN=${run}`, `PURSER_ATTEMPT=${id}`],
      }),
      script: this.#script(nonce, beforeWork(work, { nonce, hidden: twin.hidden, output })),
      nonce,
      isJudged: attempt.inspection !== undefined,
      ...(apartOrder === undefined ? {} : { apart: apartOrder }),
      output,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      graceMs: attempt.graceMs,
      quotaBytes: attempt.quotaBytes,
      secrets: attempt.secrets,
      ...(work.kind === 'command' ? {} : { assignment: { run, attempt: id, mark: nonce, ...work } }),
    }
  }

  /** A twin that is looked at, and never begins. */
  idle(): IdleTwin {
    const nonce = newNonce()
    return {
      name: `purser-idle-${nonce}`,
      nonce,
      script: this.#script(nonce, []),
      ...this.#make(unlogged(this.#twin()), {
        Cmd: shimCommand(this.#shell, ['true']),
        Labels: this.#passing,
      }),
    }
  }

  /** A twin that answers questions. Its entrypoint may have to write where the app's does, so that it has a run's mounts. */
  answering(): AnsweringTwin {
    const twin = this.#twin()
    const mark = newNonce()
    return {
      name: `purser-question-${mark}`,
      mark,
      script: answerScript(this.#shell, mark, twin.hidden),
      ...this.#make(unlogged(twin), { Cmd: shimCommand(this.#shell, this.#node), Labels: this.#passing }),
    }
  }

  /** All that a container of ours is made from. */
  #make(
    { body, networks }: Twin,
    { Cmd, Labels, Env = [] }: Pick<ContainerConfig, 'Cmd' | 'Labels' | 'Env'>,
  ): MadeTwin {
    const { busybox } = this.#input
    return {
      body: {
        ...body,
        ...(Cmd === undefined ? {} : { Cmd }),
        Labels: { ...body.Labels, ...Labels },
        Env: [...(body.Env ?? []), ...(Env ?? [])],
      },
      networks,
      ...(busybox === undefined ? {} : { busybox }),
    }
  }

  #script(nonce: string, lines: readonly string[]): string {
    const { directory } = this.#input.probed.process
    const probe = {
      nonce,
      key: this.#input.key,
      withNode: this.#input.busybox !== undefined,
      files: mountedFiles(this.#model.container),
      ...(directory === undefined ? {} : { directory }),
    }
    return shellOpening(this.#shell) + twinScript({ ...probe, beforeWork: lines })
  }

  /** Labels of what lives no longer than this process. */
  get #passing(): Readonly<Record<string, string>> {
    return { [labels.starter]: starter(), [labels.place]: this.#input.place }
  }

  get #shell(): Shell {
    const { busybox, probed, variables } = this.#input
    if (busybox !== undefined) return helperShell
    // most shells drop variables whose names are no identifiers (`spring.datasource.url`)
    const isOdd = [...variables.keys()].some((name) => !/^[A-Za-z_]\w*$/.test(name))
    const { bash } = probed.process
    return isOdd && bash !== undefined ? [bash, '--posix'] : ownShell
  }

  #twin(): Twin {
    return describeTwin(this.#model)
  }

  /** The app's own node with its options; by its name where the app has none, or a candidate's may be elsewhere. */
  get #node(): Argv {
    const { process } = this.#input.probed
    if (!/(?:^|\/)node$/.test(process.executable ?? '')) return ['node']
    const isCandidate = this.#model.image.Id !== this.#model.servingImage.Id
    return [isCandidate ? 'node' : (process.executable ?? 'node'), ...nodeOptions(process.argv)]
  }
}

/** What lives no longer than this process writes no log of the engine: an answer may have a secret parameter in it. */
function unlogged({ body, ...twin }: Twin): Twin {
  return { ...twin, body: { ...body, HostConfig: { ...body.HostConfig, LogConfig: { Type: 'none' } } } }
}
