import type { FrameBody } from './frames.ts'

/** What a task's own process tells about its work, over a channel that its output can't reach. */
export type Report = Extract<FrameBody, { kind: 'progress' }>

/** A report from a line; `undefined` for anything else, because the process that writes it runs the task's code. */
export function parseReport(line: string): Report | undefined {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  const { kind, done, total, label, perSecond, rests, isOver } = value as Record<string, unknown>
  if (kind !== 'progress' || !isCount(done)) return undefined
  return {
    kind,
    done,
    ...(isCount(total) ? { total } : {}),
    ...(typeof label === 'string' ? { label } : {}),
    ...(isCount(perSecond) ? { perSecond } : {}),
    ...(typeof rests === 'string' ? { rests } : {}),
    ...(isOver === true ? { isOver } : {}),
  }
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}
