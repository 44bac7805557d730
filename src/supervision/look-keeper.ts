import type { Look } from '../executors/executor.ts'
import type { Frame } from '../runs/frames.ts'
import { writeLook } from './look-file.ts'

type FrameOf<Kind extends Frame['kind']> = Extract<Frame, { kind: Kind }>

const progressEveryMs = 200

/** Keeps the latest of each kind of frame where others can look, progress a few times a second at most. */
export class LookKeeper {
  readonly #folder: string
  #look: Look = {}
  #pending: NodeJS.Timeout | undefined

  constructor(folder: string, look: Look = {}) {
    this.#folder = folder
    this.#look = look
  }

  started(frame: FrameOf<'started'>): void {
    // whoever finds the attempt after a loss of power must not take it for one that never began
    this.#keep({ started: frame }, { flush: true })
  }

  progress(frame: FrameOf<'progress'>): void {
    this.#look = { ...this.#look, progress: frame }
    // whoever sees the attempt's end must see with it whether its run is over
    if (frame.rests !== undefined || frame.isOver) this.#keep({})
    else this.#pending ??= setTimeout(() => this.#keep({}), progressEveryMs)
  }

  escaped(to: string): void {
    // a verdict depends on it, also after a loss of power
    this.#keep({ escapes: [...(this.#look.escapes ?? []), to] }, { flush: true })
  }

  ended(frame: FrameOf<'outcome'>): void {
    this.#keep({ ended: frame })
  }

  #keep(change: Partial<Look>, options: { readonly flush?: boolean } = {}): void {
    clearTimeout(this.#pending)
    this.#pending = undefined
    this.#look = { ...this.#look, ...change }
    writeLook(this.#folder, this.#look, options)
  }
}
