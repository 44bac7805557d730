import type { Json } from '../../core/json.ts'
import { createRedactor } from '../../core/redaction/redactor.ts'
import { compareFacts } from '../../environment/parity/compare.ts'
import { type ListedFact, listFacts } from '../../environment/parity/list-facts.ts'
import type { ParityReport } from '../../environment/parity/report.ts'
import type { Facts, Release } from '../../environment/release.ts'
import type { Observed } from '../../executors/executor.ts'
import type { Context, Target } from '../context.ts'
import { environmentSecrets } from '../releases/environment-secrets.ts'
import { comparableDatabases, databaseFacts } from './database-facts.ts'

/** How a twin compares with the app, and all that was seen of both. */
export interface Compared {
  readonly report: ParityReport
  readonly facts: readonly ListedFact[]
}

/** Compares twins of one release with the app, which is looked at once, from now on. What is told of it is redacted. */
export function comparison(
  context: Context,
  target: Target,
  release: Release,
  declared: ReadonlyMap<string, string>,
): { compare(twin: Observed): Promise<Compared> } {
  const observing = observeApp(context, target, release)
  observing.catch(() => {}) // told to whoever compares
  return {
    async compare(twin) {
      const { app, model, variables, ofDatabases } = await observing
      const databases = await databaseFacts(context, target, twin, { app: model, variables })
      const compared = new Set(comparableDatabases(target.settings, twin, model).map(([name]) => name))
      const { unobserved } = target.settings.parity ?? {}
      const instances = app.map((instance) => ({
        ...instance,
        facts: joined(instance.facts, only(ofDatabases, compared)),
      }))
      const ofTwin = joined(twin.facts, databases)
      const report = compareFacts({
        app: instances,
        twin: ofTwin,
        declared,
        own: twin.own,
        configured: model.configured,
        ...(unobserved === undefined ? {} : { unobserved }),
      })
      const facts = listFacts(instances[0]?.facts ?? new Map(), ofTwin)
      const redactor = createRedactor(environmentSecrets(variables, target.settings))
      return redactor.json({ report, facts } as unknown as Json) as unknown as Compared
    },
  }
}

/** Every serving instance; the databases are asked from the first. */
async function observeApp(context: Context, target: Target, release: Release) {
  const [instances, variables] = await Promise.all([
    target.executor.observe(release, context.signal),
    target.executor.variables(release),
  ])
  const [model, ...others] = instances
  if (model === undefined) throw new TypeError('The app has no instance to look at.')
  const ofDatabases = await databaseFacts(context, target, model, { app: model, variables })
  return { app: [model, ...others], model, variables, ofDatabases }
}

/** The facts of these databases. */
function only(facts: Facts, databases: ReadonlySet<string>): Facts {
  return new Map([...facts].filter(([id]) => databases.has(id.slice(id.indexOf(':') + 1))))
}

function joined(...facts: readonly Facts[]): Facts {
  return new Map(facts.flatMap((some) => [...some]))
}
