import { vi } from 'vitest'
import type { Queue, SliceHint } from '../../../src/queues/queue.ts'
import { type Limits, limits } from '../../../src/queues/sqs/limits.ts'
import { openSqsQueue } from '../../../src/queues/sqs/sqs-queue.ts'
import { credentials, region } from '../fauxqs.ts'

export interface Opened extends Queue {
  /** What was reported. */
  readonly reports: readonly string[]
}

/** The SDK's own chain finds credentials, and nothing of this machine's. */
export function stubCredentials(): void {
  for (const [name, value] of Object.entries(credentials)) vi.stubEnv(name, value)
  for (const name of ['AWS_PROFILE', 'AWS_REGION', 'AWS_DEFAULT_REGION']) vi.stubEnv(name, undefined)
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true')
  vi.stubEnv('AWS_CONFIG_FILE', '/dev/null')
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/dev/null')
}

/** Opens a queue by its name, at this endpoint. */
export async function openAt(endpoint: string, queue: string, other: Partial<Limits> = {}): Promise<Opened> {
  const reports: string[] = []
  const settings = { queue, endpoint, region }
  const opened = await openSqsQueue(
    { settings, report: (sentence) => reports.push(sentence) },
    { ...limits, ...other },
  )
  return Object.assign(opened, { reports })
}

/** Hints of a batch, of these slices. */
export function hints(count: number, other: Partial<SliceHint> = {}): readonly SliceHint[] {
  return Array.from({ length: count }, (_, slice) => ({
    batch: 'b1',
    slice,
    generation: 0,
    sending: 1,
    definition: 'd1',
    ...other,
  }))
}

/** Receives and acknowledges until nothing comes for a second; returns the slices, as often as they came. */
export async function drain(queue: Queue, waitMs = 1_000): Promise<readonly number[]> {
  const slices: number[] = []
  for (;;) {
    const delivery = await queue.receive({ leaseMs: 30_000, waitMs })
    if (delivery === undefined) return slices.sort((a, b) => a - b)
    slices.push(delivery.hint.slice)
    await delivery.ack()
  }
}
