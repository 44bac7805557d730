/** A worker's process as the release side runs it; its order is the first message that is no question. */
import { sliceWorker } from '../../../src/release-side/batch/slice-worker.ts'
import { backends } from './purser-backends.ts'

// `sliceWorker` takes the first message that comes; the one before it is the benchmark's greeting.
process.once('message', ({ asks }: { asks: number }) => {
  void sliceWorker(backends())
  process.send?.({ answers: asks, value: true })
})
