import type { SQSClient } from '@aws-sdk/client-sqs'
import { failedWith, PurserError } from '../../core/errors.ts'
import type { QueueAddress } from './address.ts'

type Sdk = typeof import('@aws-sdk/client-sqs')

/** Loads the app's own SDK, or ours beside it. Throws `PACKAGE_MISSING`. */
export async function loadSdk(): Promise<Sdk> {
  try {
    return await import('@aws-sdk/client-sqs')
  } catch (error) {
    if (!failedWith(error, 'ERR_MODULE_NOT_FOUND')) throw error
    throw new PurserError('PACKAGE_MISSING', {
      message:
        'The package "@aws-sdk/client-sqs", through which purser talks to Amazon SQS, is not installed.',
      remedy: 'Install it beside purser: `npm install @aws-sdk/client-sqs`.',
      cause: error,
    })
  }
}

/** Credentials, and what the address leaves open, come by the SDK's own chain. */
export function clientOf(sdk: Sdk, { region, endpoint }: QueueAddress): SQSClient {
  return new sdk.SQSClient({
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint }),
    // The SDK warns on the console where the URL of a queue has another host than the endpoint.
    useQueueUrlAsEndpoint: false,
    // A tenth of a call's time. What is damaged on its way is no hint, or one of which the slice ledger knows better.
    md5: false,
    // One more try hides a connection that was closed while it was idle, and a clock that is wrong.
    maxAttempts: 2,
    retryMode: 'standard',
  })
}
