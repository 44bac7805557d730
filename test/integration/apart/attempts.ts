import type { Apart, AttemptSpec, Execution } from '../../../src/executors/executor.ts'
import type { Frame } from '../../../src/runs/frames.ts'

export const never = new AbortController().signal
let attempts = 0

/** An attempt that is a line for a shell. */
export function shell(script: string, apart?: Apart): AttemptSpec {
  attempts += 1
  return {
    id: `apart${attempts}.${process.pid}`,
    run: `apart${attempts}`,
    work: { kind: 'command', argv: ['sh', '-c', script] },
    output: 'split',
    graceMs: 1_000,
    quotaBytes: 4_000_000,
    secrets: [],
    ...(apart === undefined ? {} : { apart }),
  }
}

/** All that it printed, once it has ended. */
export async function outputOf(execution: Execution): Promise<string> {
  const frames = await Array.fromAsync(execution.frames({ follow: true }))
  return textOf(frames)
}

export function textOf(frames: readonly Frame[]): string {
  return Buffer.concat(frames.flatMap((frame) => (frame.kind === 'output' ? [frame.bytes] : []))).toString()
}
