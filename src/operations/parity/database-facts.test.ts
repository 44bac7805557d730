import { Duplex } from 'node:stream'
import { describe, expect, it, vi } from 'vitest'
import type { DatabaseWiring } from '../../databases/database.ts'
import type { Fact, Facts } from '../../environment/release.ts'
import type { Observed } from '../../executors/executor.ts'
import { databaseFacts } from './database-facts.ts'

type Values = Readonly<Record<string, string>>

function placeWith(values: Values | 'dark', dialled: Duplex[] = []): Observed {
  const facts = new Map<string, Fact>(
    values === 'dark'
      ? [['variables', { unseen: 'no /proc' }]]
      : [
          ['variables', { value: 'listed', source: 'test' }],
          ...Object.entries(values).map(([name, value]): [string, Fact] => [
            `variables:${name}`,
            { value, source: 'test' },
          ]),
        ],
  )
  return {
    id: 'place',
    facts,
    configured: new Set(),
    own: new Map(),
    async dial(_host, _port, signal) {
      const socket = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() })
      signal.addEventListener('abort', () => socket.destroy(), { once: true })
      dialled.push(socket)
      return socket
    },
  }
}

const answering: DatabaseWiring['observe'] = async (_url, dial) => {
  await dial('db', 5432)
  return new Map([['search-path', { value: 'public', source: 'test' }]])
}

const notAskedFor = () => Promise.reject(new Error('not asked for'))

function factsIn(
  place: Observed,
  app: Observed,
  { observe = answering, declared = {} }: { observe?: DatabaseWiring['observe']; declared?: Values } = {},
): Promise<Facts> {
  const main: DatabaseWiring = {
    kind: 'test',
    url: { variable: 'SHOP' },
    problems: [],
    open: notAskedFor,
    observe,
    inspect: notAskedFor,
    wire: notAskedFor,
  }
  const { signal } = new AbortController()
  const variables = new Map([['SHOP', 'postgres://db/shop']])
  const known = { app, variables, declared: new Map(Object.entries(declared)) }
  return databaseFacts({ signal }, { settings: { services: {}, databases: { main } } }, place, known)
}

const dark = (facts: Facts) =>
  [...facts.values()].map((fact) => ('unseen' in fact ? fact.unseen : fact.value))

describe('a database', () => {
  it('is asked where both have one URL', async () => {
    const place = placeWith({ SHOP: 'a' })
    expect([...(await factsIn(place, place)).keys()]).toEqual(['search-path:main'])
  })

  it.each<[what: string, here: Values | 'dark', there: Values | 'dark', why: string]>([
    ['is in no variable of either', {}, {}, 'which is not there'],
    ['is in no variable of the app', { SHOP: 'a' }, {}, 'which is not there'],
    ['is in no variable here', {}, { SHOP: 'a' }, 'which is not there'],
    ['can’t be seen here', 'dark', { SHOP: 'a' }, 'could not be seen'],
    ['can’t be seen in the app', { SHOP: 'a' }, 'dark', 'could not be seen'],
  ])('whose URL %s is unseen in all that it tells', async (_, here, there, why) => {
    const told = dark(await factsIn(placeWith(here), placeWith(there)))
    expect(told).toHaveLength(8)
    expect(new Set(told)).toEqual(new Set([expect.stringContaining(why)]))
  })

  it('whose URL differs is told of by its variable, unless that may differ', async () => {
    const [here, there] = [placeWith({ SHOP: 'a' }), placeWith({ SHOP: 'b' })]
    expect(dark(await factsIn(here, there))).toEqual([])
    for (const declared of ['variables:SHOP', 'variables', 'variable-stale', 'variable-different']) {
      expect(dark(await factsIn(here, there, { declared: { [declared]: 'meant' } }))).toHaveLength(8)
    }
  })
})

describe('the connection', () => {
  it.each<[what: string, observe: DatabaseWiring['observe']]>([
    ['all is told', answering],
    [
      'it failed',
      async (_url, dial) => {
        await dial('db', 5432)
        throw new Error('cut')
      },
    ],
  ])('is closed when %s', async (_, observe) => {
    const dialled: Duplex[] = []
    const place = placeWith({ SHOP: 'a' }, dialled)
    await factsIn(place, place, { observe })
    expect(dialled.map(({ destroyed }) => destroyed)).toEqual([true])
  })

  it('is cut when a database takes too long, and what it would have told is unseen', async () => {
    const late = new AbortController()
    const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(late.signal)
    const dialled: Duplex[] = []
    const place = placeWith({ SHOP: 'a' }, dialled)
    const facts = factsIn(place, place, {
      async observe(_url, dial) {
        await dial('db', 5432)
        late.abort()
        return new Promise(() => {})
      },
    })
    const told = dark(await facts)
    timeout.mockRestore()
    expect(new Set(told)).toEqual(new Set(['the database did not tell it within 15 s']))
    expect(dialled.map(({ destroyed }) => destroyed)).toEqual([true])
  })
})
