import { json } from 'node:stream/consumers'
import type { Order } from '../executors/local/supervisor/order.ts'
import { supervise } from '../executors/local/supervisor/supervise.ts'

await supervise((await json(process.stdin)) as Order)
process.exit(0)
