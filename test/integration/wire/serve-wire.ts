import { openWire } from '../../../src/databases/postgres/wire/open-wire.ts'

// A wire in a process of its own, to be measured: says its URL, and serves until it is ended.
const tap = { beforeCommit: async () => undefined }
const wire = await openWire(process.env.SERVER_URL ?? '', process.env.IS_OBSERVED === 'yes' ? { tap } : {})
process.stdout.write(`${wire.url}\n`)
