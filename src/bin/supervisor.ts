import { closeSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { Bug } from '../core/errors.ts'
import type { KeeperOrder as NetworkOrder } from '../executors/docker/apart/orders.ts'
import type { DockerOrder, TakeoverOrder } from '../executors/docker/supervisor/order.ts'
import type { RelayOrder } from '../executors/docker/wire-way/orders.ts'
import type { KeeperOrder } from '../executors/local/apart/keeper/order.ts'
import type { LocalOrder } from '../executors/local/supervisor/order.ts'
import { inheritedDescriptors } from '../supervision/inherited.ts'
import { hearOrder, type Superior } from '../supervision/orders.ts'

const questionsFd = 3

const supervisors: Readonly<Record<string, () => Promise<(superior: Superior) => Promise<void>>>> = {
  local: async () => {
    const { supervise } = await import('../executors/local/supervisor/supervise.ts')
    return ({ order }) => supervise(order as LocalOrder)
  },
  'keep-apart': async () => {
    const { keepApart } = await import('../executors/local/apart/keeper/keep.ts')
    return ({ order }) => keepApart(order as unknown as KeeperOrder)
  },
  'keep-network': async () => {
    const { keepNetwork } = await import('../executors/docker/apart/keep-network.ts')
    return ({ order }) => keepNetwork(order as unknown as NetworkOrder)
  },
  'relay-wire': async () => {
    const { relayWire } = await import('../executors/docker/wire-way/relay-wire.ts')
    return ({ order }) => relayWire(order as unknown as RelayOrder)
  },
  docker: async () => {
    const { supervise } = await import('../executors/docker/supervisor/supervise.ts')
    return (superior) => supervise(superior.order as DockerOrder, superior)
  },
  'docker-takeover': async () => {
    const { takeOver } = await import('../executors/docker/supervisor/take-over.ts')
    return ({ order }) => takeOver(order as TakeoverOrder)
  },
}

const kind = process.argv[2] ?? ''
const load = supervisors[kind]
if (load === undefined) throw new Bug(`There is no supervisor for "${kind}".`)
// The operator's open files are no business of a task's, and may outlive whoever waits for their end.
for (const descriptor of inheritedDescriptors()) if (descriptor !== questionsFd) closeSync(descriptor)
// Whoever reads it may be gone when there is something to say.
process.stderr.on('error', () => {})
// Loaded while the order is still being thought about.
const [supervise, superior] = await Promise.all([load(), hearOrder()])
if (superior === undefined) process.exit(0)
try {
  await supervise(superior)
  process.exit(0)
} catch (error) {
  const complaint = error instanceof Error ? (error.stack ?? error.message) : String(error)
  console.error(complaint)
  try {
    writeFileSync(path.join(superior.order.folder, 'supervisor.log'), `${complaint}\n`, { flag: 'a' })
  } catch {
    // a full disk, or one that may only be read: whoever started this has heard it
  }
  process.exit(1)
}
