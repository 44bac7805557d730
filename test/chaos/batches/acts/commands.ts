import { purser } from '../../../support/cli.ts'
import type { Act } from '../act.ts'

/** Somebody pauses the batch, and later lets it go on. */
export const pauseAndResume: Act = (random) => {
  const forMs = random.between(0, 1_500)
  return {
    what: `pause for ${forMs} ms`,
    async play(round) {
      const { code, stderr } = await purser(round.stage.folder, ['pause', round.run])
      round.note(`purser pause: ${code} ${stderr.split('\n')[0]}`)
      await round.resting(forMs) // whoever finds it paused after that resumes it
    },
  }
}
