import { takeFromApp } from '../../../environment/twin-variables.ts'
import type { Model } from './model.ts'
import { withoutRouting } from './routing-variables.ts'

/** A twin's variables: `Env` as the engine takes it, where a NAME alone takes away what the image sets. */
export interface TwinVariables {
  readonly Env: readonly string[]
  /** `NAME=value` pairs that only its task may see. */
  readonly hidden: readonly string[]
}

/** What the container states (`stated`) where the entrypoint makes the rest of it, else what the serving process has. */
export function twinVariables(model: Model, stated: readonly string[]): TwinVariables {
  const told = model.runsEntrypoint ? stated : pairsOfProcess(model)
  const pairs = [...told, ...givenByEngine(model, namesOf(told))]
  const { seen, hidden } = withoutRouting(pairs)
  const names = namesOf(pairs)
  const ofImage = withoutRouting(model.image.Config?.Env ?? []).hidden
  return {
    Env: [...seen, ...namesOf(ofImage), ...(model.runsEntrypoint ? [] : droppedByProcess(model))],
    hidden: [...ofImage.filter((pair) => !names.has(nameIn(pair))), ...hidden],
  }
}

/** What the engine gives to what it starts on a terminal or with links, neither of which a twin has. */
function givenByEngine(model: Model, told: ReadonlySet<string>): string[] {
  const { Config } = model.container
  const stated = namesOf([...(Config.Env ?? []), ...(model.image.Config?.Env ?? [])])
  const given = [...(Config.Tty === true ? ['TERM=xterm'] : []), ...variablesOfLinks(model)]
  return given.filter((pair) => !stated.has(nameIn(pair)) && !told.has(nameIn(pair)))
}

/** `DB_NAME`, `DB_PORT_5432_TCP` and the like, of a link's alias `db`. */
function variablesOfLinks({ container: { HostConfig }, variables }: Model): string[] {
  const prefixes = (HostConfig.Links ?? []).map((link) => {
    const alias = link.slice(Math.max(link.lastIndexOf('/'), link.lastIndexOf(':')) + 1)
    return `${alias.toUpperCase().replaceAll('-', '_')}_`
  })
  const isOfLink = (name: string) =>
    prefixes.some((prefix) => name.startsWith(prefix) && /^(?:NAME|PORT|ENV)/.test(name.slice(prefix.length)))
  return [...variables].filter(([name]) => isOfLink(name)).map(([name, value]) => `${name}=${value}`)
}

/** What the engine and shells set by themselves, each time anew. */
const madeAnew = /^(?:HOSTNAME|PWD|OLDPWD|SHLVL|_)$/

/** Without what it has of its image: a candidate has its own. */
function pairsOfProcess({ container, servingImage, variables }: Model): string[] {
  const stated = namesOf(container.Config.Env ?? [])
  const ofImage = new Set(servingImage.Config?.Env ?? [])
  const { kept } = takeFromApp(variables, false)
  return Object.entries(kept)
    .filter(([name]) => stated.has(name) || !madeAnew.test(name))
    .map(([name, value]) => `${name}=${value}`)
    .filter((pair) => !ofImage.has(pair))
}

/** Names that the image sets, and that what starts the app took away. */
function droppedByProcess({ servingImage, variables }: Model): string[] {
  return [...namesOf(servingImage.Config?.Env ?? [])].filter((name) => !variables.has(name))
}

/** The names in `NAME=value` pairs. */
export function namesOf(pairs: readonly string[]): ReadonlySet<string> {
  return new Set(pairs.map(nameIn))
}

function nameIn(pair: string): string {
  return pair.split('=', 1)[0] ?? ''
}
