import type { Gate } from './gate.ts'

/** Refuses a run that does not say why, where the environment wants to know. */
export function reasonGate(policy: 'required' | 'optional' = 'optional'): Gate {
  return {
    name: 'reason',
    check: async ({ reason, environment }) => {
      if (policy === 'optional') return 'not-applicable'
      if (reason !== undefined && reason.trim() !== '') return 'pass'
      return {
        code: 'REASON_REQUIRED',
        message: `Environment "${environment}" takes no run without a reason.`,
        remedy: 'Say why, in a sentence that somebody will read: `--reason "…"`.',
      }
    },
  }
}
