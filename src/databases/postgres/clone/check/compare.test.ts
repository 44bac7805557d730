import { describe, expect, it } from 'vitest'
import { compare, type Seen } from './compare.ts'
import type { CloneFacts } from './facts.ts'

const facts: CloneFacts = {
  identity: {
    ...{ system: '1', started: '1', address: 'a', databaseOid: 1, database: 'shop', marker: undefined },
  },
  version: 150_018,
  role: 'app',
  locale: { encoding: 'UTF8', collate: 'C', ctype: 'C', provider: 'c', locale: null, rules: null },
  extensions: new Map([['pg_trgm', { version: '1.6', schema: 'public' }]]),
  settings: new Map([['TimeZone', 'UTC']]),
  serverSettings: new Map(),
  roles: new Map([['app', { attributes: ['INHERIT'], memberOf: ['group'] }]]),
  rights: { owner: 'app', grants: [] },
  fingerprint: {
    digest: 'd',
    objects: new Map([['table public.t', 'x']]),
    rights: new Map([['rights on table public.t', 'x']]),
  },
  bytes: 1,
}
const same: Seen = {
  ...{ facts, settings: facts.settings, roles: facts.roles, user: 'app' },
  origin: { rows: [{ table: 'public.t', dumped: 3, here: 3 }] },
}

function looksAt(seen: Seen) {
  return {
    facts: async () => seen.facts,
    settings: async () => seen.settings,
    roles: async () => seen.roles,
    user: async () => seen.user,
    origin: async () => seen.origin,
  }
}

async function differences(seen: Partial<Seen>): Promise<readonly string[]> {
  const checks = await compare(facts, looksAt({ ...same, ...seen }))
  return checks.flatMap(({ check, details }) => details.map((detail) => `${check}: ${detail}`))
}

describe('a clone', () => {
  it('that is the same is faithful in every respect', async () => {
    const checks = await compare(facts, looksAt(same))
    expect(checks.map(({ check, result }) => `${check} ${result}`)).toEqual([
      ...['server same', 'encoding same', 'extensions same', 'settings same', 'roles same'],
      ...['user same', 'rights same', 'schema same', 'rows same'],
    ])
  })

  it.each<[string, Partial<Seen>]>([
    ['server: the clone server is PostgreSQL 16, production 15', { facts: { ...facts, version: 160_001 } }],
    [
      'encoding: collate is de, in production C',
      { facts: { ...facts, locale: { ...facts.locale, collate: 'de' } } },
    ],
    [
      'extensions: extension pg_trgm is missing, in production 1.6',
      { facts: { ...facts, extensions: new Map() } },
    ],
    ['settings: TimeZone is "CET", in production "UTC"', { settings: new Map([['TimeZone', 'CET']]) }],
    ['roles: role app is missing on the clone server', { roles: new Map() }],
    [
      'roles: role app lacks membership in group',
      { roles: new Map([['app', { attributes: ['INHERIT'], memberOf: [] }]]) },
    ],
    ['user: it is used as postgres, production as app', { user: 'postgres' }],
    [
      'rights: the database belongs to postgres, in production to app',
      { facts: { ...facts, rights: { owner: 'postgres', grants: [] } } },
    ],
    [
      'schema: table public.t is missing',
      { facts: { ...facts, fingerprint: { ...facts.fingerprint, objects: new Map() } } },
    ],
    [
      'rows: public.t has 2 rows, the dump 3',
      { origin: { rows: [{ table: 'public.t', dumped: 3, here: 2 }] } },
    ],
  ])('is told by %s', async (difference, seen) => {
    expect(await differences(seen)).toEqual([difference])
  })

  it.each(['facts', 'settings', 'roles', 'user', 'origin'] as const)(
    'whose %s could not be seen is not faithful, and says why',
    async (part) => {
      const fails = async () => {
        throw new Error('permission denied')
      }
      const checks = await compare(facts, { ...looksAt(same), [part]: fails })
      const unseen = checks.filter(({ result }) => result !== 'same')
      expect(unseen.length).toBeGreaterThan(0)
      for (const { result, details } of unseen)
        expect([result, details]).toEqual(['unseen', ['it could not be seen: permission denied']])
    },
  )
})
