import { code } from './code.ts'
import type { Difference } from './difference.ts'
import { network } from './network.ts'
import { rightsAndLimits } from './rights-and-limits.ts'
import { runtime } from './runtime.ts'
import { timeAndLanguage } from './time-and-language.ts'
import { variables } from './variables.ts'

/** Every difference that two containers can be started with. */
export const differences: readonly Difference[] = [
  code,
  runtime,
  variables,
  timeAndLanguage,
  rightsAndLimits,
  network,
].flat()
