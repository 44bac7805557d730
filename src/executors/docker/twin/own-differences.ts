import type { Model, Twin } from './describe-twin.ts'

/** In what a twin differs from the app because Purser made it so: ids of kinds or of facts, and why. */
export function ownDifferences(model: Model, twin: Twin): ReadonlyMap<string, string> {
  const own = new Map<string, string>([['variables:PURSER_RUN', 'it names the run']])
  for (const pair of twin.hidden) {
    own.set(
      `variables:${pair.split('=', 1)[0]}`,
      'a proxy must not take the twin for the app; the task has it',
    )
  }
  if (model.readOnly !== 'all') {
    for (const path of model.readOnly)
      own.set(`mounts:${path}`, 'the configuration has it read-only for runs')
  }
  for (const host of model.hosts) own.set(`dns:host:${host.split(':')[0]}`, 'it stands for a link of the app')
  return own
}
