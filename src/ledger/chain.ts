import { createHash } from 'node:crypto'
import type { Head, StoredEvent } from './ledger.ts'

/** What the first event names as the one before it. */
export const genesis: Head = { sequence: 0, hash: '0'.repeat(64) }

/** Forges the next link: what happened, put behind the event that was the last so far. */
export function linkAfter(
  before: Head,
  event: Pick<StoredEvent, 'run' | 'kind' | 'at' | 'claim'> & { readonly body: string },
): StoredEvent {
  const { run, kind, at, claim, body } = event
  const sequence = before.sequence + 1
  const link = { sequence, run, kind, at, claim, bodyHash: hashBody(body), previous: before.hash }
  return { ...link, body, hash: hashEvent(link) }
}

/** SHA-256 of a body, in hex. */
export function hashBody(body: string): string {
  return createHash('sha256').update(body).digest('hex')
}

/**
 * An event's hash: SHA-256 over the JSON array of everything else that is stored of it, the body by its own hash, so
 * that retention can drop a body and keep the chain.
 */
function hashEvent(event: Omit<StoredEvent, 'hash' | 'body'>): string {
  const { sequence, previous, run, kind, at, claim, bodyHash } = event
  return createHash('sha256')
    .update(JSON.stringify([sequence, previous, run, kind, at, claim, bodyHash]))
    .digest('hex')
}

/** What is wrong with one link, in a sentence; `undefined` when it holds. */
export function brokenLink(before: Head, event: StoredEvent): string | undefined {
  const name = nameOf(event)
  if (event.sequence !== before.sequence + 1) {
    return `${name} follows event ${before.sequence}: ${
      event.sequence > before.sequence + 1 ? 'events between them are missing' : 'it is out of its place'
    }.`
  }
  if (event.previous !== before.hash)
    return `${name} names another event before it than the one that is there.`
  return changed(event)
}

/** What of an event is not as it was recorded, in a sentence; says nothing about the events around it. */
export function changed(event: StoredEvent): string | undefined {
  if (event.body !== null && hashBody(event.body) !== event.bodyHash)
    return `${nameOf(event)} has another body than was recorded.`
  if (hashEvent(event) !== event.hash) return `${nameOf(event)} has been changed.`
  return undefined
}

/** An event in words for people. */
export function nameOf(event: Pick<StoredEvent, 'sequence' | 'kind' | 'run'>): string {
  return `Event ${event.sequence} (${event.kind} of run ${event.run})`
}
