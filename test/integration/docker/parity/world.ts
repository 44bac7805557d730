import type { DatabaseWiring } from '../../../../src/databases/database.ts'
import { compareFacts } from '../../../../src/environment/parity/compare.ts'
import type { ParityReport } from '../../../../src/environment/parity/report.ts'
import { type ComparisonKey, newComparisonKey } from '../../../../src/environment/probe/keyed.ts'
import type { Facts } from '../../../../src/environment/release.ts'
import type { Engine } from '../../../../src/executors/docker/engine/engine.ts'
import { openEngine } from '../../../../src/executors/docker/engine/open-engine.ts'
import { enginePath } from '../../../../src/executors/docker/engine/path.ts'
import type { ContainerInspect, ImageInspect } from '../../../../src/executors/docker/engine/types.ts'
import { withNodeAnswers } from '../../../../src/executors/docker/observe/node-in-twin.ts'
import { observeContainer } from '../../../../src/executors/docker/observe/observe-container.ts'
import { probeContainer } from '../../../../src/executors/docker/probe/probe-container.ts'
import type { Observed } from '../../../../src/executors/executor.ts'
import { databaseFacts } from '../../../../src/operations/parity/database-facts.ts'
import type { Container } from '../../../support/docker/container.ts'
import { dockerHost } from '../../../support/docker/docker.ts'
import { images } from '../../../support/docker/image-names.ts'

const helper = { image: images.helper, place: 'purser-parity' }

/** A kind that is reported. */
export interface Reported {
  readonly number: number
  readonly kind: string
  readonly severity: 'block' | 'warn' | 'info'
}

/** Looks at containers as the product does, and compares any of them, whoever started them. */
export class World implements Disposable {
  readonly engine: Engine

  private constructor(engine: Engine) {
    this.engine = engine
  }

  static async open(): Promise<World> {
    return new World(await openEngine({ host: dockerHost() }, process.env))
  }

  /** One container as the product sees a serving one; with a model, as it sees a twin of that. */
  async observe(container: Container, key: ComparisonKey, model?: Observed): Promise<Observed> {
    const inspected = await this.engine.get<ContainerInspect>(enginePath`/containers/${container.id}/json`)
    const options = { key, helper, signal: AbortSignal.timeout(60_000) }
    const probed = await probeContainer(this.engine, inspected, options)
    const { facts: seen, process } = probed
    const facts = await withNodeAnswers(this.engine, inspected, {
      ...{ seen, process, key, helper },
      // Nothing is like what was never seen: node is asked.
      model: model?.facts ?? new Map(),
    })
    return observeContainer(this.engine, {
      container: inspected,
      image: await this.engine.get<ImageInspect>(enginePath`/images/${inspected.Image}/json`),
      neighbours: await this.engine.get('/containers/json'),
      serving: [],
      probed: { facts, hasShell: probed.hasShell, room: probed.room },
      helper,
      own: new Map(),
    })
  }

  /** Compares the second container with the first as if it were the twin of that app. */
  async compare(app: Container, twin: Container): Promise<ParityReport> {
    const key = newComparisonKey()
    const ours = await this.observe(app, key)
    return judge(ours, await this.observe(twin, key, ours))
  }

  [Symbol.dispose](): void {
    this.engine[Symbol.dispose]()
  }
}

/** Compares what was seen of two places, with what databases told in each. */
export function judge(app: Observed, twin: Observed, databases: DatabasesSeen = nothingSeen): ParityReport {
  return compareFacts({
    app: [{ id: app.id, facts: new Map([...app.facts, ...databases.app]) }],
    twin: new Map([...twin.facts, ...databases.twin]),
    declared: new Map(),
    own: new Map(),
    configured: app.configured,
  })
}

interface DatabasesSeen {
  readonly app: Facts
  readonly twin: Facts
}

const nothingSeen: DatabasesSeen = { app: new Map(), twin: new Map() }

/** What a database of the environment, called `main`, tells a connection that starts in this place. */
export function factsOfDatabase(place: Observed, main: DatabaseWiring): Promise<Facts> {
  const settings = { services: {}, databases: { main } }
  const signal = AbortSignal.timeout(60_000)
  return databaseFacts({ signal }, { settings }, place, { app: place, variables: new Map() })
}

/** The kinds that a report names, in their order. Throws where anything could not be seen. */
export function reported({ findings, unobserved }: ParityReport): readonly Reported[] {
  if (unobserved.length > 0) throw new Error(`Not seen: ${JSON.stringify(unobserved)}`)
  return findings.map(({ number, kind, severity }) => ({ number, kind, severity }))
}
