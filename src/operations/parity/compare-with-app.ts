import { createRedactor } from '../../core/redaction/redactor.ts'
import type { Secret } from '../../core/redaction/secrets.ts'
import { compareFacts } from '../../environment/parity/compare.ts'
import { type ListedFact, listFacts } from '../../environment/parity/list-facts.ts'
import type { ParityReport } from '../../environment/parity/report.ts'
import type { Facts, Release } from '../../environment/release.ts'
import type { Observed } from '../../executors/executor.ts'
import type { Context, Target } from '../context.ts'
import { environmentSecrets } from '../releases/environment-secrets.ts'
import { databaseFacts, databaseOf, databasesIn } from './database-facts.ts'
import { redactedFacts, redactedReport } from './redacted.ts'

/** How a twin compares with the app, and all that was seen of both. */
export interface Compared {
  readonly report: ParityReport
  readonly facts: readonly ListedFact[]
}

/**
 * Compares twins of one release with the app, which is looked at once, from now on. What is told of it is redacted: the
 * app's secrets, and `typed`, what the run itself must not show. `wired` names variables of the twin that lead to a wire to
 * the app's database.
 */
export function comparison(
  context: Context,
  target: Target,
  release: Release,
  declared: ReadonlyMap<string, string>,
  typed: readonly Secret[] = [],
): { compare(twin: Observed, wired?: ReadonlySet<string>): Promise<Compared> } {
  const observing = observeApp(context, target, release)
  observing.catch(() => {}) // told to whoever compares
  return {
    async compare(twin, wired = new Set()) {
      const { app, model, variables, ofDatabases } = await observing
      const databases = await databaseFacts(context, target, twin, {
        ...{ app: model, variables, declared, wired },
      })
      const told = databasesIn(databases)
      const { unobserved } = target.settings.parity ?? {}
      const instances = app.map((instance) => ({
        ...instance,
        facts: joined(instance.facts, only(ofDatabases, told)),
      }))
      const ofTwin = joined(twin.facts, databases)
      const report = compareFacts({
        app: instances,
        twin: ofTwin,
        declared,
        own: twin.own,
        configured: model.configured,
        decisive: decisiveVariables(target),
        ...(unobserved === undefined ? {} : { unobserved }),
      })
      const facts = listFacts(instances[0]?.facts ?? new Map(), ofTwin)
      const redactor = createRedactor([...environmentSecrets(variables, target.settings), ...typed])
      return { report: redactedReport(report, redactor), facts: redactedFacts(facts, redactor) }
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

/** Names of the variables that the configuration gives a meaning: where a database is, and what is secret. */
function decisiveVariables({ settings: { databases = {}, secrets = [] } }: Target): ReadonlySet<string> {
  const urls = Object.values(databases).flatMap(({ url }) => ('variable' in url ? [url.variable] : []))
  return new Set([...urls, ...secrets])
}

/** The facts of these databases. */
function only(facts: Facts, databases: ReadonlySet<string>): Facts {
  return new Map([...facts].filter(([id]) => databases.has(databaseOf(id))))
}

function joined(...facts: readonly Facts[]): Facts {
  return new Map(facts.flatMap((some) => [...some]))
}
