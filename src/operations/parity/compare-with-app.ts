import { compareFacts } from '../../environment/parity/compare.ts'
import type { ParityReport } from '../../environment/parity/report.ts'
import type { Facts, Release } from '../../environment/release.ts'
import type { Observed } from '../../executors/executor.ts'
import type { Context, Target } from '../context.ts'
import { comparableDatabases, databaseFacts } from './database-facts.ts'

/** Compares twins of one release with the app, which is looked at once, from now on. */
export function comparison(
  context: Context,
  target: Target,
  release: Release,
  declared: ReadonlyMap<string, string>,
): { compare(twin: Observed): Promise<ParityReport> } {
  const observing = observeApp(context, target, release)
  observing.catch(() => {}) // told to whoever compares
  return {
    async compare(twin) {
      const { app, model, variables, ofDatabases } = await observing
      const databases = await databaseFacts(context, target, twin, { app: model, variables })
      const compared = new Set(comparableDatabases(target.settings, twin, model).map(([name]) => name))
      const { unobserved } = target.settings.parity ?? {}
      return compareFacts({
        app: app.map((instance) => ({
          ...instance,
          facts: joined(instance.facts, only(ofDatabases, compared)),
        })),
        twin: joined(twin.facts, databases),
        declared,
        own: twin.own,
        configured: model.configured,
        ...(unobserved === undefined ? {} : { unobserved }),
      })
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
