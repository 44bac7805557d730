import type { Twin } from './describe-twin.ts'
import { hostnameNotice } from './hostname.ts'
import type { Model } from './model.ts'
import { helperFolder } from './shim.ts'

/**
 * In what a twin differs from the app because Purser made it so: ids of kinds or of facts, and why. `wired` names variables
 * that lead to a wire.
 */
export function ownDifferences(
  model: Model,
  twin: Pick<Twin, 'hidden'>,
  wired: readonly string[] = [],
): ReadonlyMap<string, string> {
  const own = new Map<string, string>([
    ['variables:PURSER_RUN', 'it names the run'],
    ['variables:PURSER_ATTEMPT', 'it names the attempt'],
  ])
  for (const pair of twin.hidden) {
    own.set(
      `variables:${pair.split('=', 1)[0]}`,
      'a proxy must not take the twin for the app; the task has it',
    )
  }
  for (const path of model.readOnly)
    for (const seen of [`mounts:${path}`, `mounts:seen:${path}`])
      own.set(seen, 'the configuration has it read-only for runs')
  if (model.hasHelperVolume) {
    for (const seen of [`mounts:${helperFolder}`, `mounts:seen:${helperFolder}`])
      own.set(seen, 'it brings a shell, which the image does not have')
  }
  for (const [fact, why] of candidateDifferences(model)) own.set(fact, why)
  if (hostnameNotice(model.container) !== undefined)
    own.set('hostname', 'with that of the app it would get requests that are meant for the app')
  if (model.hosts.length > 0) {
    for (const fact of ['dns:hosts', 'dns:hosts-asked', 'dns:links'])
      own.set(fact, 'entries stand for the links of the app')
  }
  for (const name of wired)
    own.set(`variables:${name}`, 'its database is behind a wire, which holds it to what was rehearsed')
  return own
}

/** Kinds of facts that an image decides: a candidate may be another in each. */
const ofImage = [
  'code-revision',
  'image',
  'moved-tag',
  'architecture',
  'entrypoint',
  'runtime-version',
  'runtime-libraries',
  'dependencies',
  'development-dependencies',
  'os-packages',
  'libc',
  'config-files',
  'tzdata',
  'certificates',
  'tls',
  'working-directory',
  'variable-quoting',
]

function candidateDifferences({
  image,
  servingImage,
}: Model): readonly (readonly [fact: string, why: string])[] {
  if (image.Id === servingImage.Id) return []
  const why = "it is the candidate's"
  const [before, after] = [servingImage, image].map(({ Config }) => Config?.Env ?? [])
  const changed = [...without(before, after), ...without(after, before)].map((pair) => pair.split('=', 1)[0])
  return [...ofImage, ...changed.map((name) => `variables:${name}`)].map((fact) => [fact, why])
}

function without(pairs: readonly string[] = [], others: readonly string[] = []): string[] {
  return pairs.filter((pair) => !others.includes(pair))
}
