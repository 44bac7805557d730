import { reasonOf } from '../../core/errors.ts'

/** What a failed call says about the service. */
export type FailureKind =
  /** Too many calls. */
  | 'throttled'
  /** Too many messages are in flight: received, and not deleted. */
  | 'over-limit'
  /** There is no such queue. */
  | 'gone'
  /** These credentials may not, or the call itself is wrong. */
  | 'refused'
  /** An answer that says that the service itself is unwell. */
  | 'failing'
  | 'unreachable'

/** A call that failed. Its message is a part of a sentence, without anything that came with the request. */
export class SqsFailure extends Error {
  readonly kind: FailureKind

  constructor(kind: FailureKind, message: string) {
    super(message)
    this.name = 'SqsFailure'
    this.kind = kind
  }

  /** Whether the same call may well succeed in a moment. */
  get isPassing(): boolean {
    return this.kind === 'throttled' || this.kind === 'failing' || this.kind === 'unreachable'
  }
}

/** The names of these errors differ between SQS's own protocol, the front before it, and their older forms. */
const kinds: Readonly<Record<string, FailureKind>> = {
  RequestThrottled: 'throttled',
  Throttling: 'throttled',
  ThrottlingException: 'throttled',
  ThrottledException: 'throttled',
  TooManyRequestsException: 'throttled',
  RequestLimitExceeded: 'throttled',
  KmsThrottled: 'throttled',
  OverLimit: 'over-limit',
  QueueDoesNotExist: 'gone',
  NonExistentQueue: 'gone',
  'AWS.SimpleQueueService.NonExistentQueue': 'gone',
  InvalidAddress: 'gone',
  QueueDeletedRecently: 'gone',
}

/** Whatever the SDK throws, put into one of few kinds. */
export function failureOf(error: unknown): SqsFailure {
  if (error instanceof SqsFailure) return error
  const name = error instanceof Error ? error.name : ''
  const status = statusOf(error)
  const known = kinds[name]
  if (known !== undefined) return new SqsFailure(known, `${name}: ${firstLineOf(error)}`)
  if (name === 'CredentialsProviderError') return new SqsFailure('refused', 'there are no AWS credentials')
  if (status === undefined) return withoutAnswer(error)
  if (status === 429) return new SqsFailure('throttled', `the answer is ${status}`)
  if (status >= 500) return new SqsFailure('failing', `the answer is ${status} (${name})`)
  if (name === 'SyntaxError')
    return new SqsFailure('unreachable', `what answers there is not SQS (${status})`)
  return new SqsFailure('refused', refusalOf(name, error))
}

/** Our own mistakes, and settings that are missing, look like errors of the network but for their codes. */
function withoutAnswer(error: unknown): SqsFailure {
  const reason = firstLineOf(error)
  if (/region is missing/i.test(reason)) return new SqsFailure('refused', 'no AWS region is known')
  const isNetworks = error instanceof Error && ('code' in error || error.name === 'TimeoutError')
  return new SqsFailure(isNetworks ? 'unreachable' : 'refused', reason)
}

/** What is wrong with a signature is told with the signed headers, among which is the session's token. */
function refusalOf(name: string, error: unknown): string {
  return name.includes('Signature') ? name : `${name}: ${firstLineOf(error)}`
}

function firstLineOf(error: unknown): string {
  const [line = ''] = reasonOf(error).split('\n')
  return line.trim().replace(/\.$/, '').slice(0, 300)
}

function statusOf(error: unknown): number | undefined {
  const { $metadata } = error as { readonly $metadata?: { readonly httpStatusCode?: number } }
  return $metadata?.httpStatusCode
}
