import type { ParityReport } from '../../environment/parity/report.ts'
import type { Release } from '../../environment/release.ts'
import type { Inspection } from '../../executors/executor.ts'
import { parityRefusals } from '../../gates/parity.ts'
import type { Context, Target } from '../context.ts'
import { comparison } from '../parity/compare-with-app.ts'
import type { Plan } from './plan-run.ts'

/** The gate inside the twin; none where the executor can't observe. The app is being looked at from now on. */
export function inspectTwin(
  context: Context,
  target: Target,
  release: Release,
  { differs, secrets, held = {} }: Plan,
  judged: (report: ParityReport) => void,
): Inspection | undefined {
  if (!target.executor.observes) return undefined
  const { compare } = comparison(context, target, release, differs, secrets)
  return {
    async judge(twin) {
      const { report: parity } = await compare(twin, new Set(Object.keys(held)))
      judged(parity)
      return { refusals: parityRefusals(parity, target.settings.parity?.unobserved), parity }
    },
  }
}
