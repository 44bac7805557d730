import type { Place } from '../../../supervision/apart/wire-place.ts'
import type { Order } from '../../../supervision/order.ts'
import type { Argv } from '../../../tasks/task.ts'

/** What the supervisor of a process of this machine is told. */
export interface LocalOrder extends Order {
  /** The command with all that comes before it; absolute program. */
  readonly argv: Argv
  readonly workingDirectory: string
  readonly umask: number
  readonly variables: Readonly<Record<string, string>>
  readonly uid: number
  /** It reaches nothing but this wire, at the same port of a 127.0.0.1 of its own. */
  readonly apart?: { readonly wire: Place }
}
