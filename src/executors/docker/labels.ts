import { Bug } from '../../core/errors.ts'
import { newNonce } from '../../environment/probe/request.ts'
import { identify } from '../../runs/process-identity.ts'

/** What Purser labels its containers with, and finds them by. Nothing else is ever removed. */
export const labels = {
  /** The attempt's id. */
  attempt: 'purser.attempt',
  /** Whose state folder it belongs to, so that another `purser` on the same engine leaves it alone. */
  place: 'purser.place',
  /** On what answers a question, or helps: `PID:TICKS:BOOT` of the `purser` that waits for it. */
  starter: 'purser.starter',
} as const

/** Whether a container is Purser's own, and so never the app. */
export function isOurs(found: Readonly<Record<string, string>> | null | undefined): boolean {
  return Object.values(labels).some((label) => Object.hasOwn(found ?? {}, label))
}

/** The image of helpers, and the place that their containers are labelled with. */
export interface HelperImage {
  readonly image: string
  readonly place: string
}

/** The name and the labels of a helper: a container that lives no longer than this process. */
export function helperLabels({ place }: HelperImage): {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
} {
  return {
    name: `purser-helper-${newNonce()}`,
    labels: { [labels.starter]: starter(), [labels.place]: place },
  }
}

/** This process, for whoever finds what it left behind when it was killed. */
export function starter(): string {
  const self = identify(process.pid)
  if (self === undefined) throw new Bug('This process has no entry in /proc.')
  return `${self.pid}:${self.startedTicks}:${self.boot}`
}
