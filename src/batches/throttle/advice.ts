// Between these shares of a max nothing is changed.
const target = { from: 0.9, to: 0.95 }
// How much the speed answers to the distance from the target, and how much to a signal's rise in one step: without the
// latter, a lag is answered only when it has built up.
const gain = { up: 0.3, down: 0.7 }
const foresight = 1.2
const mostUp = Math.log(1.2)
const mostDown = Math.log(0.5)

// Some signals soar at a small change, such as a latency near saturation.
const whenTurned = 0.6
const otherwise = 1.2
const smallest = { up: 0.15, down: 0.5 }

/** How a signal would change the speed, as the logarithm of a factor: by its smoothed pressure and the rise of that. */
export function adviceOf(smoothed: number, rise: number): number {
  const room = Math.max(0, target.from - smoothed)
  const excess = Math.max(0, smoothed - target.to)
  return gain.up * room - gain.down * excess - foresight * rise
}

/** A change of speed, as the logarithm of a factor. */
export interface Step {
  readonly by: number
  /** What changes are multiplied with. */
  readonly damping: number
}

export const noStep: Step = { by: 0, damping: 1 }

/**
 * The step that the strictest advice comes to: at most by a fifth upwards and by half downwards, and smaller while the speed
 * goes to and fro. Slowing down is damped less, so that what swings does so below its max.
 */
export function nextStep(previous: Step, advice: number): Step {
  const wanted = Math.max(mostDown, Math.min(mostUp, advice))
  const hasTurned = previous.by * wanted < 0
  const damping = hasTurned
    ? Math.max(smallest.up, previous.damping * whenTurned)
    : Math.min(1, previous.damping * otherwise)
  return { damping, by: wanted * (wanted < 0 ? Math.max(smallest.down, damping) : damping) }
}
