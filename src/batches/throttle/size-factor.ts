const smallest = 0.1
const slowBelow = 0.5
const patienceSteps = 10
const shrink = 0.9
const growth = 1.1

/**
 * A batch that has been slow for a while works in smaller slices, so that its rests come sooner and its locks are held for
 * less long; the slower, the smaller. They grow back as it speeds up.
 */
export function nextSizeFactor(
  sizeFactor: number,
  speed: number,
  slowSteps: number,
): { readonly sizeFactor: number; readonly slowSteps: number } {
  const slowNow = speed < slowBelow ? slowSteps + 1 : 0
  const goal = Math.max(smallest, Math.min(1, speed / slowBelow))
  if (goal >= sizeFactor) return { sizeFactor: Math.min(goal, sizeFactor * growth), slowSteps: slowNow }
  const isPatient = slowNow <= patienceSteps
  return { sizeFactor: isPatient ? sizeFactor : Math.max(goal, sizeFactor * shrink), slowSteps: slowNow }
}
