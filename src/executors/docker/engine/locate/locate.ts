import { homedir } from 'node:os'
import path from 'node:path'
import { type Address, defaultSocket, parseAddress } from './address.ts'
import { currentContext, readContext } from './contexts.ts'
import { readTlsFiles, type TlsMaterial } from './tls-files.ts'

export type Variables = Readonly<Record<string, string | undefined>>

/** Which engine is meant; without either, the one that the user's `docker` talks to. */
export interface EngineOptions {
  /** As DOCKER_HOST has it. Goes before a context. */
  readonly host?: string
  readonly context?: string
}

/** What has decided that it is this engine. */
export type ChosenBy = 'configuration' | 'DOCKER_HOST' | 'DOCKER_CONTEXT' | 'current context' | 'default'

/** The engine that is meant, and how that was found out. */
export interface Located {
  readonly address: Address
  readonly tls?: TlsMaterial
  /** For people: `unix:///var/run/docker.sock`, with ` (context prod)` where one was used. */
  readonly where: string
  readonly chosenBy: ChosenBy
}

/** Finds the engine in the order of Docker's own CLI: what is given, DOCKER_HOST, DOCKER_CONTEXT, the current context. */
export async function locateEngine(options: EngineOptions, variables: Variables): Promise<Located> {
  const { host, context } = options
  const configFolder = variables.DOCKER_CONFIG || path.join(variables.HOME || homedir(), '.docker')
  if (host !== undefined) return byHost(host, 'configuration', variables, configFolder)
  if (context !== undefined) return byContext(context, 'configuration', variables, configFolder)
  if (variables.DOCKER_HOST) return byVariables(variables, configFolder)
  if (variables.DOCKER_CONTEXT)
    return byContext(variables.DOCKER_CONTEXT, 'DOCKER_CONTEXT', variables, configFolder)
  const current = await currentContext(path.join(configFolder, 'config.json'))
  if (current) return byContext(current, 'current context', variables, configFolder)
  return byVariables(variables, configFolder)
}

async function byContext(
  name: string,
  chosenBy: ChosenBy,
  variables: Variables,
  configFolder: string,
): Promise<Located> {
  // Docker keeps none of that name: it stands for what there is without contexts.
  if (name === 'default') return byVariables(variables, configFolder)
  const { host, tls } = await readContext(configFolder, name)
  const address = parseAddress(host, tls !== undefined)
  return { address, ...(tls && { tls }), where: `${host} (context ${name})`, chosenBy }
}

function byVariables(variables: Variables, configFolder: string): Promise<Located> {
  const host = variables.DOCKER_HOST
  return host
    ? byHost(host, 'DOCKER_HOST', variables, configFolder)
    : byHost(`unix://${defaultSocket}`, 'default', variables, configFolder)
}

async function byHost(
  host: string,
  chosenBy: ChosenBy,
  variables: Variables,
  configFolder: string,
): Promise<Located> {
  const { DOCKER_TLS_VERIFY: verify, DOCKER_TLS: tls, DOCKER_CERT_PATH: certificates } = variables
  const address = parseAddress(host, Boolean(verify || tls))
  const located = { address, where: host, chosenBy }
  if (address.kind !== 'tcp' || !address.tls) return located
  // DOCKER_TLS alone asks for TLS with whoever answers; https:// asks for what it means everywhere else.
  const mustProve = Boolean(verify) || !tls
  return { ...located, tls: await readTlsFiles(certificates || configFolder, mustProve) }
}
