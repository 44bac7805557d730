import type { Finding, Unobserved } from './report.ts'

/** Whether a difference blocks by itself: the only rule for it, for the verdict and for whoever refuses by it. */
export function blocks({ severity, declared }: Finding): boolean {
  return severity === 'block' && declared === undefined
}

/** Whether what was not seen blocks, where what was not seen does. */
export function isDark({ severity, declared }: Unobserved): boolean {
  return severity !== 'info' && declared === undefined
}
