import { Bug } from '../../../core/errors.ts'
import { type ComparisonKey, newComparisonKey } from '../../../environment/probe/keyed.ts'
import type { Engine } from '../engine/engine.ts'
import type { ContainerInspect } from '../engine/types.ts'
import type { HelperImage } from '../labels.ts'
import type { DockerOptions } from '../options.ts'
import { hasNode, type NodeAnswers } from '../probe/node-answers.ts'
import { askNode, probeContainer } from '../probe/probe-container.ts'
import type { Probed } from '../probe/probed.ts'
import { readVariables } from '../probe/read-variables.ts'
import { entrypointRuns } from '../twin/entrypoint.ts'
import { memoryOf } from '../twin/room.ts'
import type { DockerRelease } from './docker-release.ts'

const patient = new AbortController().signal

interface Means {
  readonly helper: HelperImage
  readonly entrypoint: DockerOptions['entrypoint']
  readonly nodeAnswers: NodeAnswers
}

/** What is found out about a release beside what it tells: once, by whoever needs it first. */
export class Findings {
  readonly release: DockerRelease
  readonly key: ComparisonKey = newComparisonKey()
  readonly #engine: Engine
  readonly #means: Means
  /** By the containers' ids. */
  readonly #probes = new Map<string, Promise<Probed>>()
  #variables: Promise<ReadonlyMap<string, string>> | undefined
  #memory: Promise<number> | undefined

  constructor(engine: Engine, release: DockerRelease, means: Means) {
    this.#engine = engine
    this.release = release
    this.#means = means
  }

  /** The container that twins are made after. */
  get model(): ContainerInspect {
    return this.release.containers[0]
  }

  /** A container of the release, the model unless stated, as it is from inside. Throws `PROBE_FAILED`. */
  probe(signal: AbortSignal, id = this.model.Id): Promise<Probed> {
    const known = this.#probes.get(id)
    if (known !== undefined) return known
    const container = this.release.containers.find(({ Id }) => Id === id)
    if (container === undefined) throw new Bug(`Container ${id} is none of this release.`)
    const probing = this.#look(container, signal)
    this.#probes.set(id, probing)
    return probing
  }

  /** Bytes that a twin may need. */
  memory(): Promise<number> {
    this.#memory ??= memoryOf(this.#engine, this.model)
    return this.#memory
  }

  /** Those that tasks get. */
  variables(): Promise<ReadonlyMap<string, string>> {
    this.#variables ??= this.#readVariables()
    return this.#variables
  }

  async #look(container: ContainerInspect, signal: AbortSignal): Promise<Probed> {
    const { helper, nodeAnswers } = this.#means
    const options = { key: this.key, helper, signal }
    const probed = await probeContainer(this.#engine, container, options)
    if (!probed.hasShell || !hasNode(probed.facts)) return probed
    const answers = await nodeAnswers.of(container, probed.facts, this.key, () =>
      askNode(this.#engine, container, options, probed.process),
    )
    return { ...probed, facts: new Map([...probed.facts, ...answers]) }
  }

  async #readVariables(): Promise<ReadonlyMap<string, string>> {
    const { Config } = this.model
    const probed = await this.probe(patient)
    // an entrypoint that does not run would have set some of them
    const hasEntrypoint = (Config.Entrypoint ?? []).length > 0
    const wantsAll = hasEntrypoint && !entrypointRuns(Config, probed.process, this.#means.entrypoint)
    return readVariables(this.#engine, this.model, { probed, key: this.key, wantsAll, signal: patient })
  }
}
