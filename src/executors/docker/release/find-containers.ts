import { PurserError } from '../../../core/errors.ts'
import { list } from '../../../core/text.ts'
import type { Engine } from '../engine/engine.ts'
import type { ContainerListed } from '../engine/types.ts'
import { isOurs } from '../labels.ts'
import type { Selector } from '../options.ts'

/** Labels that Docker Compose puts on what it makes. */
export const compose = {
  project: 'com.docker.compose.project',
  service: 'com.docker.compose.service',
  oneOff: 'com.docker.compose.oneoff',
  configHash: 'com.docker.compose.config-hash',
} as const

/**
 * The app's containers in whatever state, without one-off ones and without ours. Throws `APP_NOT_RUNNING` when there is
 * none, with what there is; `APP_AMBIGUOUS` when several compose projects have the service.
 */
export async function findContainers(
  engine: Engine,
  selector: Selector,
): Promise<readonly ContainerListed[]> {
  const all = await engine.get<readonly ContainerListed[]>('/containers/json', { all: true })
  const apps = all.filter(({ Labels }) => !isOurs(Labels) && Labels[compose.oneOff] !== 'True')
  const found = apps.filter((container) => isMeant(container, selector))
  if (found.length === 0) throw notRunning(engine, selector, apps)
  refuseSeveralProjects(selector, found)
  return found
}

/** Whether a container is one of those that the selector names. */
export function isMeant({ Names, Labels }: ContainerListed, selector: Selector): boolean {
  if ('name' in selector) return Names.includes(`/${selector.name.replace(/^\//, '')}`)
  if ('label' in selector) return [selector.label].flat().every((label) => hasLabel(Labels, label))
  return (
    Labels[compose.service] === selector.service &&
    (selector.project === undefined || Labels[compose.project] === selector.project)
  )
}

function hasLabel(found: ContainerListed['Labels'], label: string): boolean {
  const at = label.indexOf('=')
  return at < 0 ? Object.hasOwn(found, label) : found[label.slice(0, at)] === label.slice(at + 1)
}

/** `service "web" of project "shop"` */
export function describeSelector(selector: Selector): string {
  if ('name' in selector) return `name "${selector.name}"`
  if ('label' in selector) return `label ${list([selector.label].flat())}`
  const project = selector.project === undefined ? '' : ` of the compose project "${selector.project}"`
  return `service "${selector.service}"${project}`
}

function notRunning(engine: Engine, selector: Selector, apps: readonly ContainerListed[]): PurserError {
  const known = [...new Set(apps.map((container) => nameFor(container, selector)))].sort().slice(0, 20)
  const there = known.length === 0 ? 'It has no containers.' : `It has ${known.join(', ')}.`
  return new PurserError('APP_NOT_RUNNING', {
    message: `No container with the ${describeSelector(selector)} is on the Docker Engine at ${engine.where}. ${there}`,
    remedy: 'Start the app, or correct `docker({ … })` in the configuration.',
  })
}

/** A container in the terms in which it was looked for. */
function nameFor({ Names, Labels }: ContainerListed, selector: Selector): string {
  const [project, service] = [Labels[compose.project], Labels[compose.service]]
  if ('service' in selector && service !== undefined) return `${project}/${service}`
  return Names[0]?.slice(1) ?? ''
}

function refuseSeveralProjects(selector: Selector, found: readonly ContainerListed[]): void {
  if (!('service' in selector) || selector.project !== undefined) return
  const projects = [...new Set(found.map(({ Labels }) => Labels[compose.project] ?? ''))].sort()
  if (projects.length < 2) return
  throw new PurserError('APP_AMBIGUOUS', {
    message: `Several compose projects of this engine have a service "${selector.service}": ${list(projects)}.`,
    remedy: `Say which one is meant: \`docker({ project: '${projects[0]}', service: '${selector.service}' })\`.`,
  })
}
