import { closeSync } from 'node:fs'
import { json } from 'node:stream/consumers'
import { inheritedDescriptors } from '../executors/local/proc/inherited.ts'
import type { Order } from '../executors/local/supervisor/order.ts'
import { supervise } from '../executors/local/supervisor/supervise.ts'

// The operator's open files are no business of a task's, and may outlive whoever waits for their end.
for (const descriptor of inheritedDescriptors()) closeSync(descriptor)
await supervise((await json(process.stdin)) as Order)
process.exit(0)
