import { once } from 'node:events'
import {
  Agent,
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type ServerResponse,
} from 'node:http'
import { freePort } from '../../examples/atlas/dev/port.ts'

export type SqsAction =
  | 'GetQueueUrl'
  | 'GetQueueAttributes'
  | 'SendMessageBatch'
  | 'ReceiveMessage'
  | 'DeleteMessageBatch'
  | 'ChangeMessageVisibilityBatch'

/** What happens to a call instead of, or beside, its being passed on. */
export type Fault =
  /** It is answered with this error, in the way of AWS's JSON protocol. */
  | { readonly kind: 'error'; readonly status: number; readonly code: string; readonly message?: string }
  /** These entries of a batch are not passed on, and fail inside an answer of 200. */
  | {
      readonly kind: 'entries'
      readonly senderFault: boolean
      readonly code: string
      readonly which?: (entry: Entry) => boolean
    }
  /** The answer waits for this. */
  | { readonly kind: 'hold'; readonly until: Promise<unknown> }
  /** The connection is cut, before the call is passed on or after. */
  | { readonly kind: 'cut'; readonly when: 'before' | 'after' }
  /** What is received comes once more with a later answer. */
  | { readonly kind: 'double' }
  /** What is sent and what is received changes its order, by this seed. */
  | { readonly kind: 'shuffle'; readonly seed: number }

export interface Entry {
  readonly Id: string
  readonly MessageBody?: string
  readonly ReceiptHandle?: string
  readonly VisibilityTimeout?: number
}

export interface Call {
  readonly action: SqsAction
  readonly body: Body
}

interface Body {
  readonly Entries?: readonly Entry[]
  readonly WaitTimeSeconds?: number
  readonly VisibilityTimeout?: number
  readonly MaxNumberOfMessages?: number
}

interface Answer {
  readonly Messages?: readonly unknown[]
  readonly Failed?: readonly unknown[]
}

interface Injected {
  readonly action: SqsAction | undefined
  readonly fault: Fault
  left: number
}

/** Stands before a server that speaks SQS, and does what the network and the real one sometimes do. */
export interface SqsFaultProxy extends AsyncDisposable {
  readonly url: string
  /** Everything that was asked for, in order. */
  readonly calls: readonly Call[]
  /** Faults apply to so many calls of this action (to all of them unless stated), until they are disposed of. */
  inject(action: SqsAction | 'any', fault: Fault, times?: number): Disposable
  /** Cuts every connection and takes no new one, until `accept`. */
  refuse(): Promise<void>
  accept(): Promise<void>
}

/** The answers of SQS to too many calls, and to too many messages in flight. */
export const throttled = { kind: 'error', status: 400, code: 'RequestThrottled' } as const
export const overLimit = { kind: 'error', status: 403, code: 'OverLimit' } as const

export async function startSqsFaultProxy(target: string): Promise<SqsFaultProxy> {
  const agent = new Agent({ keepAlive: true })
  const port = await freePort()
  const calls: Call[] = []
  const faults = new Set<Injected>()
  const echoes: unknown[] = []

  const take = <Kind extends Fault['kind']>(kind: Kind, action: SqsAction) => {
    const found = [...faults].find(
      (one) => one.left > 0 && one.fault.kind === kind && (one.action ?? action) === action,
    )
    if (found === undefined) return undefined
    found.left -= 1
    return found.fault as Extract<Fault, { kind: Kind }>
  }

  const serve = async (incoming: IncomingMessage, response: ServerResponse) => {
    const sent = await textOf(incoming)
    const action = String(incoming.headers['x-amz-target']).replace('AmazonSQS.', '') as SqsAction
    const asked = JSON.parse(sent) as Body
    calls.push({ action, body: asked })

    const error = take('error', action)
    if (error !== undefined) return fail(response, error)
    const cut = take('cut', action)
    if (cut?.when === 'before') return incoming.socket.destroy()
    const hold = take('hold', action)
    const entries = take('entries', action)
    const shuffle = take('shuffle', action)
    const double = action === 'ReceiveMessage' ? take('double', action) : undefined

    const shuffled = (list: readonly unknown[] | undefined) => list && shuffle && inOrderOf(shuffle, list)
    const failing = entries && (asked.Entries ?? []).filter((entry) => entries.which?.(entry) ?? true)
    const kept = asked.Entries?.filter((entry) => !failing?.includes(entry))
    const passedOn = {
      ...asked,
      ...(kept && { Entries: shuffled(kept) ?? kept }),
      ...(echoes.length > 0 && action === 'ReceiveMessage' && { WaitTimeSeconds: 0 }),
    }
    const { status, headers, body } =
      kept?.length === 0 && failing !== undefined
        ? { status: 200, headers: {}, body: '{"Successful":[]}' }
        : await pass(JSON.stringify(passedOn), incoming.headers, response, new URL(target), agent)
    if (cut !== undefined) return incoming.socket.destroy()

    let answer = JSON.parse(body) as Answer
    if (failing !== undefined && entries !== undefined) {
      const { senderFault: SenderFault, code: Code } = entries
      const Failed = failing.map(({ Id }) => ({ Id, SenderFault, Code, Message: 'Injected.' }))
      answer = { ...answer, Failed: [...(answer.Failed ?? []), ...Failed] }
    }
    if (action === 'ReceiveMessage') {
      const fresh = answer.Messages ?? []
      const again = echoes.splice(0, 10 - fresh.length)
      if (double !== undefined) echoes.push(...fresh)
      const Messages = [...again, ...fresh]
      answer = { ...answer, Messages: shuffled(Messages) ?? Messages }
    }
    await hold?.until
    response.writeHead(status, headers).end(JSON.stringify(answer))
  }

  const server = createServer((incoming, response) => {
    serve(incoming, response).catch(() => incoming.socket.destroy())
  })
  const accept = async () => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  }
  const refuse = async () => {
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }
  await accept()
  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    inject(action, fault, times = Number.POSITIVE_INFINITY) {
      const injected = { action: action === 'any' ? undefined : action, fault, left: times }
      faults.add(injected)
      return { [Symbol.dispose]: () => void faults.delete(injected) }
    },
    refuse,
    accept,
    async [Symbol.asyncDispose]() {
      if (server.listening) await refuse()
      agent.destroy()
    },
  }
}

async function pass(
  body: string,
  given: IncomingHttpHeaders,
  response: ServerResponse,
  target: URL,
  agent: Agent,
) {
  const headers = { ...given, 'content-length': Buffer.byteLength(body) }
  const outgoing = request(target, { method: 'POST', agent, headers })
  // Whoever went away gets no answer, and what is behind is told.
  response.once('close', () => response.writableFinished || outgoing.destroy())
  outgoing.end(body)
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage]
  const query = answer.headers['x-amzn-query-error']
  return {
    status: answer.statusCode ?? 500,
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      ...(query !== undefined && { 'x-amzn-query-error': query }),
    },
    body: await textOf(answer),
  }
}

/** As the real one writes errors: named in the body, and by their older names in a header. */
function fail(
  response: ServerResponse,
  { status, code, message = 'Injected.' }: Extract<Fault, { kind: 'error' }>,
): void {
  response.writeHead(status, {
    'content-type': 'application/x-amz-json-1.0',
    'x-amzn-query-error': `${code};${status < 500 ? 'Sender' : 'Receiver'}`,
  })
  response.end(JSON.stringify({ __type: `com.amazonaws.sqs#${code}`, message }))
}

async function textOf(stream: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

const states = new WeakMap<object, number>()

/** Another order each time, and the same ones for the same seed. */
function inOrderOf(shuffle: { readonly seed: number }, list: readonly unknown[]): readonly unknown[] {
  const keyed = list.map((item) => {
    // A linear congruential generator: the constants are those of Numerical Recipes.
    const state = (Math.imul(states.get(shuffle) ?? shuffle.seed, 1_664_525) + 1_013_904_223) >>> 0
    states.set(shuffle, state)
    return { item, key: state }
  })
  return keyed.sort((a, b) => a.key - b.key).map(({ item }) => item)
}
