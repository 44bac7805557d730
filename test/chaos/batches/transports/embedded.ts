import type { Transport } from '../stage.ts'

/** The slice ledger itself: whatever befalls the queue befalls the database. */
export function embedded(): Transport {
  return {
    name: 'embedded',
    configuration: '',
    variables: {},
    acts: [],
    async restore() {},
    left: async () => 0,
    async [Symbol.asyncDispose]() {},
  }
}
