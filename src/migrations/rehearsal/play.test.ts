import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import type { MigratorEnd } from './evidence.ts'
import { play, playAgain, playWhole } from './play.ts'
import type { Migrate, Scene, Stage } from './stage.ts'

const well: MigratorEnd = { code: 0, ms: 5, escapes: [] }

/** A stage without a database: what matters here is who ends what. */
function openStage(migrate: Migrate, usage = async () => ({ walBytes: 0, databaseBytes: 0 })) {
  const aborting = new AbortController()
  let closed = 0
  const wire = async () => ({
    url: 'postgres://wire',
    async [Symbol.asyncDispose]() {
      closed += 1
    },
  })
  const stage = { migrate, database: { wire }, signal: aborting.signal } as unknown as Stage
  const scene = { clone: { url: 'postgres://clone' }, inspector: { usage } } as unknown as Scene
  return { stage, scene, aborting, closed: () => closed }
}

const untilTold: Migrate = async (_, signal) => {
  if (!signal.aborted) await once(signal, 'abort')
  return { ...well, code: 'SIGTERM' }
}

describe('a command that is played', () => {
  it('is told to end when it takes too long', async () => {
    const { stage, scene, closed } = openStage(untilTold)
    await expect(play(stage, scene, untilTold, { withinMs: 30 })).rejects.toThrow(
      'It was not done within 30 ms.',
    )
    expect(closed()).toBe(1)
  })

  it('is told to end when the rehearsal is aborted, for the same reason', async () => {
    const { stage, scene, aborting, closed } = openStage(untilTold)
    const playing = play(stage, scene, untilTold)
    setImmediate(() => aborting.abort(new Error('Enough.')))
    await expect(playing).rejects.toThrow('Enough.')
    expect(closed()).toBe(1)
  })

  it('is told to end when the server is gone', async () => {
    let asked = 0
    const { stage, scene } = openStage(untilTold, async () => {
      asked += 1
      if (asked > 1) throw new Error('gone')
      return { walBytes: 0, databaseBytes: 0 }
    })
    await expect(play(stage, scene, untilTold)).rejects.toThrow(
      "The clone's server does not answer any more.",
    )
  })

  it('is as it ends where it is killed on purpose', async () => {
    const { stage, scene } = openStage(untilTold)
    const end = await playAgain(stage, scene, untilTold, { end: well }, { until: AbortSignal.abort() })
    expect(end.code).toBe('SIGTERM')
  })

  it.each<[MigratorEnd, string]>([
    [{ ...well, escapes: ['db:5432'] }, 'It tried to reach db:5432 beside its database this time.'],
    [{ ...well, code: 'SIGKILL' }, 'Its command was ended by SIGKILL this time.'],
    [{ ...well, code: 1 }, 'The migration ended with 1 this time, and with 0 at first.'],
  ])('shows nothing where it ends as %o', async (end, why) => {
    const { stage, scene } = openStage(async () => end)
    await expect(playWhole(stage, scene, { end: well })).rejects.toThrow(why)
  })
})
