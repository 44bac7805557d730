import { linkSync, readdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { Bug, failedWith } from '../core/errors.ts'
import type { JsonObject } from '../core/json.ts'
import type { ProcessIdentity } from '../runs/events.ts'
import { identify } from '../runs/process-identity.ts'
import type { Order } from './order.ts'

/** Who holds an attempt: its supervisor, or nobody for ever. Decided once, whoever comes first. */
export type Holder =
  | Supervision
  /** Its starter died before a supervisor took it; none may take it now. */
  | { readonly abandoned: true }

/** Who supervises an attempt, and what another needs to end it, or to go on, when that one is dead. */
export interface Supervision {
  readonly supervisor: ProcessIdentity
  /** Milliseconds between SIGTERM and SIGKILL when it is stopped. */
  readonly graceMs: number
  /** The executor's own; nothing secret. */
  readonly details: JsonObject
  /** 1 for the first supervisor, and one more for each that took over from a dead one. */
  readonly generation: number
}

/** This process as the supervisor of an attempt. */
export function describeHold(
  { graceMs }: Pick<Order, 'graceMs'>,
  details: JsonObject,
  generation = 1,
): Supervision {
  const supervisor = identify(process.pid)
  if (supervisor === undefined) throw new Bug('This process has no entry in /proc.')
  return { supervisor, graceMs, details, generation }
}

/** Takes the attempt. `false` when somebody has already, in that generation. */
export function takeHold(folder: string, holder: Holder): boolean {
  const temporary = path.join(folder, `hold.${process.pid}`)
  // flushed, so that a loss of power leaves no empty one: nobody could tell any more whose the attempt was
  writeFileSync(temporary, JSON.stringify(holder), { flush: true })
  try {
    // A link appears whole or not at all, and never over another.
    linkSync(temporary, holderFile(folder, 'generation' in holder ? holder.generation : 1))
    return true
  } catch (error) {
    if (failedWith(error, 'EEXIST')) return false
    throw error
  } finally {
    unlinkSync(temporary)
  }
}

/** The latest holder; `undefined` when there is none yet. */
export function readHolder(folder: string): Holder | undefined {
  try {
    const generations = readdirSync(folder).flatMap((name) => /^holder-(\d+)\.json$/.exec(name)?.[1] ?? [])
    if (generations.length === 0) return undefined
    const latest = Math.max(...generations.map(Number))
    return JSON.parse(readFileSync(holderFile(folder, latest), 'utf8'))
  } catch (error) {
    if (failedWith(error, 'ENOENT')) return undefined
    throw error
  }
}

function holderFile(folder: string, generation: number): string {
  return path.join(folder, `holder-${generation}.json`)
}
