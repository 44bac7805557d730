import { Bug, PurserError } from '../../core/errors.ts'
import { list, suggest } from '../../core/text.ts'
import type { Context, Target } from '../context.ts'

/** An environment that is meant, with what the configuration says of it. */
export type ResolvedEnvironment = Pick<Target, 'environment' | 'settings'>

/** Finds an environment by its name: there is never a default one. Throws `ENVIRONMENT_MISSING`, `ENVIRONMENT_UNKNOWN`. */
export function resolveEnvironment(context: Context, name: string | undefined): ResolvedEnvironment {
  if (name === undefined) throw environmentMissing(context)
  const { environments } = context.config.configuration
  const settings = Object.hasOwn(environments, name) ? environments[name] : undefined
  if (settings !== undefined) return { environment: name, settings }
  throw new PurserError('ENVIRONMENT_UNKNOWN', {
    message: `There is no environment "${name}". ${suggest(name, Object.keys(environments), 'environments')}`,
    remedy: `Environments stand in ${context.config.file}.`,
  })
}

/** Several environments could be meant, and none was named. */
export function environmentMissing({ config }: Context): PurserError {
  const known = Object.keys(config.configuration.environments)
  return new PurserError('ENVIRONMENT_MISSING', {
    message: `No environment was given. This configuration has ${list(known)}.`,
    remedy: `Say which one is meant, such as \`-e ${known[0]}\`: none is ever the default.`,
  })
}

/** Finds the service that is meant, and opens its executor. Throws also `SERVICE_AMBIGUOUS`, `SERVICE_UNKNOWN`. */
export async function resolveTarget(
  context: Context,
  name: string | undefined,
  wanted: string | undefined,
): Promise<Target> {
  const resolved = resolveEnvironment(context, name)
  const service = resolveService(resolved, wanted)
  const wiring = resolved.settings.services[service]?.executor
  if (wiring === undefined) throw new Bug(`Service ${service} has no executor.`)
  return { ...resolved, service, executor: await wiring.open(context.config) }
}

function resolveService(
  { environment, settings: { services } }: ResolvedEnvironment,
  wanted: string | undefined,
): string {
  const known = Object.keys(services)
  const [only] = known
  if (wanted === undefined && only !== undefined && known.length === 1) return only
  if (wanted === undefined) {
    throw new PurserError('SERVICE_AMBIGUOUS', {
      message: `Environment "${environment}" has the services ${list(known)}, and none was given.`,
      remedy: `Say which one the run belongs to, such as \`--service ${only}\`.`,
    })
  }
  if (Object.hasOwn(services, wanted)) return wanted
  throw new PurserError('SERVICE_UNKNOWN', {
    message: `Environment "${environment}" has no service "${wanted}". ${suggest(wanted, known, 'services')}`,
    remedy: 'Services stand in the configuration, under their environment.',
  })
}
