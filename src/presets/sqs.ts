import type { QueueWiring } from '../queues/queue.ts'

interface SqsOptions {
  /** Its name, or its whole URL. It must be there: purser makes none. */
  readonly queue: string
  /** Where the AWS SDK's own chain is not to decide. */
  readonly region?: string
  /** For a VPC endpoint of one's own, or a server that speaks SQS. */
  readonly endpoint?: string
}

/**
 * A queue of Amazon SQS, standard or FIFO. Credentials come by the AWS SDK's own chain. Needs the package
 * `@aws-sdk/client-sqs`.
 */
export function sqs(options: SqsOptions): QueueWiring {
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  return {
    kind: 'sqs',
    describe: `sqs (queue ${String(options.queue).split('/').at(-1)})`,
    problems: problemsOf(options, given),
    settings: Object.fromEntries(given),
  }
}

type Problem = QueueWiring['problems'][number]

const checks: Readonly<Record<string, (value: unknown) => string | undefined>> = {
  queue: (value) => {
    if (value === undefined) return 'is needed: the name of a queue, or its whole URL.'
    if (typeof value !== 'string') return `is ${JSON.stringify(value)}: expected a string.`
    return URL.canParse(value) ? urlProblem(value) : nameProblem(value)
  },
  region: (value) =>
    typeof value === 'string' && /^[a-z]{2,}(-[a-z]+)+-\d+$/.test(value)
      ? undefined
      : `is ${JSON.stringify(value)}: expected a region, such as eu-west-1.`,
  endpoint: (value) =>
    typeof value === 'string' && URL.canParse(value)
      ? webProblem(value)
      : 'must be a URL, such as https://vpce-1a2b.sqs.eu-west-1.vpce.amazonaws.com.',
}

function problemsOf(options: SqsOptions, given: readonly [string, unknown][]): readonly Problem[] {
  const known = Object.keys(checks)
  const values = [['queue', options.queue] as const, ...given.filter(([key]) => key !== 'queue')]
  return [
    ...values.flatMap(([path, value]): Problem[] => {
      const check = checks[path]
      const message =
        check === undefined ? `is not known here. Known keys: ${known.join(', ')}.` : check(value)
      return message === undefined ? [] : [{ path, message }]
    }),
  ]
}

function nameProblem(name: string): string | undefined {
  const isName = name.length <= 80 && /^[\w-]+(\.fifo)?$/.test(name)
  return isName
    ? undefined
    : `is ${JSON.stringify(name)}: expected up to 80 letters, digits, - and _, and .fifo at the end of a FIFO queue's.`
}

function urlProblem(url: string): string | undefined {
  const [, name] = new URL(url).pathname.match(/^\/[^/]+\/([^/]+)$/) ?? []
  const web = webProblem(url)
  if (web !== undefined) return web
  return name === undefined
    ? 'must end with the account and the name, such as /123456789012/backfills.'
    : nameProblem(name)
}

/** The URL is not repeated: it may have a password in it. */
function webProblem(url: string): string | undefined {
  const { protocol, username, password } = new URL(url)
  if (protocol !== 'https:' && protocol !== 'http:')
    return 'must be a URL that begins with https:// or http://.'
  return username === '' && password === ''
    ? undefined
    : "must hold no user and password: credentials come by the AWS SDK's own chain."
}
