import type { EnvironmentConfiguration } from '../config/configuration.ts'
import { PurserError } from '../core/errors.ts'
import { list, suggest } from '../core/text.ts'
import type { Context, Target } from './context.ts'

/** Finds an environment by its name. There is never a default one. */
export function resolveEnvironment(context: Context, name: string | undefined): EnvironmentConfiguration {
  const { environments } = context.config.configuration
  const known = Object.keys(environments)
  if (name === undefined) {
    throw new PurserError('ENVIRONMENT_MISSING', {
      message: `No environment was given. This configuration has ${list(known)}.`,
      remedy: `Say which one is meant, such as \`-e ${known[0]}\`: none is ever the default.`,
    })
  }
  const settings = Object.hasOwn(environments, name) ? environments[name] : undefined
  if (settings !== undefined) return settings
  throw new PurserError('ENVIRONMENT_UNKNOWN', {
    message: `There is no environment "${name}". ${suggest(name, known, 'environments')}`,
    remedy: `Environments stand in ${context.config.file}.`,
  })
}

/** Finds the service that is meant, and opens its executor. */
export async function resolveTarget(
  context: Context,
  environment: string | undefined,
  wanted: string | undefined,
): Promise<Target> {
  const settings = resolveEnvironment(context, environment)
  const service = resolveService(settings, String(environment), wanted)
  const wiring = settings.services[service]?.executor
  if (wiring === undefined) throw new TypeError(`Service ${service} has no executor.`)
  return {
    environment: String(environment),
    settings,
    service,
    executor: await wiring.open(context.config),
  }
}

function resolveService(
  { services }: EnvironmentConfiguration,
  environment: string,
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
