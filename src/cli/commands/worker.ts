import { buildCommand } from '@stricli/core'
import { exitOf } from '../../operations/runs/view-run.ts'
import { startRun } from '../../operations/start-run.ts'
import { readDeclarations } from '../declarations.ts'
import { differsFlag, environmentFlag, jsonFlag, reasonFlag, serviceFlag } from '../flags.ts'
import { Interruption } from '../interruption.ts'
import { loadContext, type Session } from '../session.ts'
import { printEnd } from '../terminal/print-end.ts'
import { detachFrom, Opening, watchRun } from '../watch-run.ts'

interface Flags {
  readonly environment?: string
  readonly service?: string
  readonly reason?: string
  readonly differs?: readonly string[]
  readonly detach: boolean
  readonly json: boolean
}

export const command = buildCommand<Flags, [], Session>({
  parameters: {
    flags: {
      environment: environmentFlag,
      service: serviceFlag,
      reason: reasonFlag,
      differs: differsFlag,
      detach: { kind: 'boolean', brief: 'Return once it is at work', default: false, withNegated: false },
      json: jsonFlag,
    },
    aliases: { e: 'environment', d: 'detach', r: 'reason' },
  },
  docs: {
    brief: 'Work on the slices of whatever batches are open, until told to stop',
    fullDescription: `Work on the slices of whatever batches are open in an environment, in a twin of the release that serves now.

Any number may work, on any host. SIGTERM or Ctrl-C ends it within the slice at work.
Batches whose task this release does not have, or has in another version, are left to workers that do.

  purser worker -e production
  purser worker -e production --detach`,
  },
  async func({ environment, service, reason, differs, detach, json }) {
    const context = await loadContext(this, { readingWillDo: false })
    const interruption = new Interruption()
    const opening = new Opening(json)
    const started = await startRun(
      context,
      {
        environment,
        service,
        what: { worker: {} },
        reason,
        timeoutMs: undefined,
        differs: readDeclarations(differs ?? []),
        candidate: undefined,
      },
      { judged: opening.judged },
    )
    if ('refusals' in started) {
      printEnd(started.run, { json })
      process.exitCode = exitOf(started.run).exitCode
      return
    }
    opening.say(started.run)
    if (detach) return detachFrom(context, started, json)
    const run = await watchRun(context, started, { json, interruption })
    // it was told to stop, and did: that is how a worker ends
    if (run.status === 'cancelled') process.exitCode = 0
  },
})
