import { now } from '../clock.ts'
import { whenDone } from '../helpers/counted.ts'
import { Helper } from '../helpers/helper.ts'
import { slicesOf } from '../work.ts'
import { type Contender, type Stage, workers } from './contender.ts'

export interface PeerOptions {
  readonly name: string
  /** The program that makes its tasks and works on them. */
  readonly program: string
  readonly sample?: number
  /** Where it is, and how it is set. */
  readonly place: (stage: Stage) => Promise<object>
}

/** Somebody else's queue, with one task a slice, whose handler runs the same statement on a connection of its own. */
export function peer({ name, program, sample, place }: PeerOptions): Contender {
  return {
    name,
    guarantee: 'at least once',
    ...(sample === undefined ? {} : { sample }),
    async run(stage, work) {
      const at = await place(stage)
      await using stack = new AsyncDisposableStack()
      const start = async () => stack.use(await Helper.start(program))
      const maker = await start()
      await maker.ask('prepare', at)
      const crew = await Promise.all(Array.from({ length: workers }, start))
      for (const worker of crew) await worker.ask('connect', at)
      const slices = slicesOf(work)
      const done = whenDone(crew, slices.length)
      await stage.ready()
      const began = now()
      // Those that poll begin as soon as there is something to find.
      maker.onWord(({ says }) => {
        if (says !== 'some are made') return
        for (const worker of crew) void worker.ask('work').catch(() => {})
      })
      await maker.ask('make', slices)
      return (await done) - began
    },
  }
}
