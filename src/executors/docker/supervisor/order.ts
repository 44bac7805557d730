import type { Order } from '../../../supervision/order.ts'
import type { ApartOrder } from '../apart/orders.ts'
import type { EngineOptions } from '../engine/locate/locate.ts'
import type { TwinBody } from '../twin/describe-twin.ts'
import type { TwinNetwork } from '../twin/networks.ts'
import type { Details } from './details.ts'
import type { HiddenSecret } from './hidden-secrets.ts'

/** What a supervisor is told that takes over from one that was killed. */
export interface TakeoverOrder extends Order {
  readonly engine: EngineOptions
  readonly takesOver: Details
  readonly generation: number
}

/** What the supervisor of a container is told. */
export interface DockerOrder extends Order {
  readonly engine: EngineOptions
  readonly engineAddress: string
  /** Where the secrets are to be found again by another supervisor. */
  readonly hidden: readonly HiddenSecret[]
  /** With its command, the shim, and labels of ours. */
  readonly body: TwinBody
  readonly networks: readonly TwinNetwork[]
  /** The container's name. */
  readonly name: string
  /** A file with a busybox, to be put into a twin whose image has no shell. */
  readonly busybox?: string
  /** What the shim runs, on its stdin; it probes, waits for `goAhead(nonce)`, and becomes the command. */
  readonly script: string
  readonly nonce: string
  /** Whether somebody judges the twin before it begins. */
  readonly isJudged: boolean
  /** It reaches nothing but a wire. */
  readonly apart?: ApartOrder
}
