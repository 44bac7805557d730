import { Bug } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'

/** A queue of Amazon SQS, as its settings name it. */
export interface QueueAddress {
  readonly name: string
  /** Where the whole URL was given. */
  readonly url?: string
  /** Of the settings, or else what the URL's host says; without it the SDK's own chain decides. */
  readonly region?: string
  /** What is spoken to in place of the region's own: of the settings, or else the URL's. */
  readonly endpoint?: string
  /** Whether it keeps an order within groups and drops what was sent twice. */
  readonly isFifo: boolean
}

export function addressOf(settings: JsonObject): QueueAddress {
  const { queue, region, endpoint } = settings
  if (typeof queue !== 'string') throw new Bug(`An SQS queue is opened as ${JSON.stringify(queue)}.`)
  const url = URL.canParse(queue) ? new URL(queue) : undefined
  const name = url === undefined ? queue : (url.pathname.split('/').at(-1) ?? '')
  return {
    name,
    isFifo: name.endsWith('.fifo'),
    ...(url !== undefined && { url: queue }),
    ...optional('region', region ?? (url && regionOf(url.hostname))),
    ...optional('endpoint', endpoint ?? url?.origin),
  }
}

/** The region in a host's name (`sqs.eu-west-1.amazonaws.com`, `eu-west-1.queue.amazonaws.com`), if it has one. */
export function regionOf(host: string): string | undefined {
  const region = '([a-z]{2,}(?:-[a-z]+)+-[0-9]+)'
  const [, named] =
    host.match(`(?:^|\\.)sqs(?:-fips)?\\.${region}\\.`) ?? host.match(`^${region}\\.queue\\.`) ?? []
  return named
}

function optional<Key extends string>(key: Key, value: unknown): { readonly [K in Key]?: string } {
  return typeof value === 'string' ? ({ [key]: value } as { [K in Key]: string }) : {}
}
