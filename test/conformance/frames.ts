import type { Execution } from '../../src/executors/executor.ts'
import type { Frame } from '../../src/runs/frames.ts'
import type { Outcome } from '../../src/runs/outcomes.ts'

/** All that an attempt shows, up to its end. */
export async function follow(execution: Execution): Promise<Frame[]> {
  return Array.fromAsync(execution.frames({ follow: true }))
}

/** What is there of it by now. */
export async function read(execution: Execution): Promise<Frame[]> {
  return Array.fromAsync(execution.frames({ follow: false }))
}

/** Resolves once this was shown. */
export async function until(execution: Execution, text: string): Promise<void> {
  const seen: Frame[] = []
  for await (const frame of execution.frames({ follow: true })) {
    seen.push(frame)
    if (textOf(seen).includes(text)) return
  }
  throw new Error(`It ended without "${text}".`)
}

export function bytesOf(frames: readonly Frame[], stream?: string): Buffer {
  return Buffer.concat(
    frames.flatMap((frame) =>
      frame.kind === 'output' && (stream === undefined || frame.stream === stream) ? [frame.bytes] : [],
    ),
  )
}

export function textOf(frames: readonly Frame[], stream?: string): string {
  return bytesOf(frames, stream).toString()
}

export function outcomeOf(frames: readonly Frame[]): Outcome | undefined {
  const last = frames.at(-1)
  return last?.kind === 'outcome' ? last.outcome : undefined
}
