import { closeSync } from 'node:fs'
import { Bug } from '../core/errors.ts'
import type { DockerOrder, TakeoverOrder } from '../executors/docker/supervisor/order.ts'
import type { LocalOrder } from '../executors/local/supervisor/order.ts'
import { inheritedDescriptors } from '../supervision/inherited.ts'
import { hearOrder } from '../supervision/orders.ts'

const questionsFd = 3

// The operator's open files are no business of a task's, and may outlive whoever waits for their end.
for (const descriptor of inheritedDescriptors()) if (descriptor !== questionsFd) closeSync(descriptor)
const superior = await hearOrder()
const { order } = superior
switch (order.executor) {
  case 'local': {
    const { supervise } = await import('../executors/local/supervisor/supervise.ts')
    await supervise(order as LocalOrder)
    break
  }
  case 'docker': {
    if ('takesOver' in order) {
      const { takeOver } = await import('../executors/docker/supervisor/take-over.ts')
      await takeOver(order as TakeoverOrder)
    } else {
      const { supervise } = await import('../executors/docker/supervisor/supervise.ts')
      await supervise(order as DockerOrder, superior)
    }
    break
  }
  default:
    throw new Bug(`There is no supervisor for "${order.executor}".`)
}
process.exit(0)
