import { setTimeout as sleep } from 'node:timers/promises'

/** Asks again and again until it is so. Throws after so long. */
export async function until(isSo: () => Promise<boolean> | boolean, withinMs = 60_000): Promise<void> {
  const deadline = performance.now() + withinMs
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`It was not so within ${withinMs} ms: ${isSo}`)
    await sleep(5)
  }
}
