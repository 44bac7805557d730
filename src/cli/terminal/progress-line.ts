import { duration } from '../../core/text.ts'
import { printable } from './printable.ts'
import { paint } from './style.ts'

interface Progress {
  readonly done: number
  readonly total?: number
  readonly label?: string
  readonly perSecond?: number
  readonly at: number
}

const barWidth = 24
// A terminal that does not say how wide it is says 0.
const defaultColumns = 80

/** One line at the bottom of a terminal that tells how far a task is. Nothing at all where there is no terminal. */
export class ProgressLine {
  readonly #stream: NodeJS.WriteStream
  #first: Progress | undefined
  #shown = ''

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream
  }

  update(progress: Progress): void {
    this.#first ??= progress
    if (!this.#stream.isTTY) return
    const text = describeProgress(progress, this.#first).slice(
      0,
      (this.#stream.columns || defaultColumns) - 1,
    )
    this.clear()
    this.#shown = text
    this.#stream.write(paint('cyan', text, this.#stream))
  }

  /** Takes the line away while something else is printed; the next update brings it back. */
  clear(): void {
    if (this.#shown !== '') this.#stream.write('\r\u001b[K')
    this.#shown = ''
  }
}

/**
 * `━━━━━───── 42 %  58,000 of 135,233 places  24,100/s  3.2 s left`. Rate and rest are what the task says, or are
 * reckoned since `first`; without that, for a run that has ended, they are left out.
 */
export function describeProgress(
  { done, total, label, perSecond, at }: Progress,
  first?: Pick<Progress, 'done' | 'at'>,
): string {
  const amount = `${done.toLocaleString('en')}${total === undefined ? '' : ` of ${total.toLocaleString('en')}`}`
  const what = label === undefined ? amount : `${amount} ${printable(label)}`
  const perMs = first === undefined ? 0 : (perSecond ?? sinceThen(first, { done, at }) * 1_000) / 1_000
  const rate = perMs > 0 ? [`${Math.round(perMs * 1_000).toLocaleString('en')}/s`] : []
  if (total === undefined || total === 0) return [what, ...rate].join('  ')
  const share = Math.min(1, done / total)
  const full = Math.round(share * barWidth)
  const bar = '━'.repeat(full) + '─'.repeat(barWidth - full)
  const left = perMs > 0 && done < total ? [`${duration((total - done) / perMs)} left`] : []
  return [`${bar} ${Math.floor(share * 100)} %`, what, ...rate, ...left].join('  ')
}

function sinceThen(
  first: Pick<Progress, 'done' | 'at'>,
  { done, at }: Pick<Progress, 'done' | 'at'>,
): number {
  return at > first.at ? (done - first.done) / (at - first.at) : 0
}
