import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { kinds } from '../facts/index.ts'
import type { Fact, Facts } from '../release.ts'
import { compareFacts } from './compare.ts'
import { describeFinding, summarise } from './describe.ts'
import type { ComparisonInput } from './input.ts'

type Told = Readonly<Record<string, string | { unseen: string }>>

const heads: Told = { variables: 'listed', mounts: 'listed', networks: 'listed' }

function facts(told: Told): Facts {
  return new Map(
    Object.entries({ ...heads, ...told }).map(([id, value]): [string, Fact] => [
      id,
      typeof value === 'string' ? { value, source: 'test' } : value,
    ]),
  )
}

function compare(app: Told | readonly Told[], twin: Told, more: Partial<ComparisonInput> = {}) {
  return compareFacts({
    app: [app].flat().map((told, at) => ({ id: `app-${at}`, facts: facts(told) })),
    twin: facts(twin),
    declared: new Map(),
    own: new Map(),
    configured: new Set(),
    ...more,
  })
}

const found = (report: ReturnType<typeof compare>) =>
  report.findings.map(({ number, items }) => [number, ...items.map(({ fact }) => fact)])

describe('a difference', () => {
  it.each<[what: string, app: Told, twin: Told, number: number, verdict: string]>([
    ['a variable that is missing', { 'variables:A': 'x' }, {}, 21, 'blocked'],
    ['a variable that is there too much', {}, { 'variables:A': 'x' }, 23, 'blocked'],
    [
      'a variable from the configuration',
      { 'variables:STATED': 'x' },
      { 'variables:STATED': 'y' },
      22,
      'blocked',
    ],
    ['a variable from the entrypoint', { 'variables:A': 'x' }, { 'variables:A': 'y' }, 24, 'blocked'],
    ['a variable of another kind', { 'variables:TZ': 'x' }, { 'variables:TZ': 'y' }, 28, 'differs'],
    ['a missing variable of another kind', { 'variables:AWS_REGION': 'x' }, {}, 59, 'blocked'],
    ['a mount that is missing', { 'mounts:/data': 'volume' }, {}, 45, 'differs'],
    ['an image', { image: 'a', 'moved-tag': 'app:1' }, { image: 'b', 'moved-tag': 'app:2' }, 2, 'blocked'],
    [
      'an image of the same tag',
      { image: 'a', 'moved-tag': 'app' },
      { image: 'b', 'moved-tag': 'app' },
      3,
      'blocked',
    ],
    ['a limit', { 'memory-limit:cgroup': 'none' }, { 'memory-limit:cgroup': '512 MiB' }, 39, 'differs'],
    ['a search path', { 'search-path:main': 'public' }, { 'search-path:main': 'app' }, 64, 'blocked'],
    ['what informs', { umask: '0022' }, { umask: '0077' }, 34, 'differs'],
  ])('in %s is found', (_, app, twin, number, verdict) => {
    const report = compare(app, twin, { configured: new Set(['STATED']) })
    expect(report).toMatchObject({ verdict, findings: [{ number }], unobserved: [], varying: [], own: [] })
    expect(report.findings[0]?.items).toHaveLength(1)
  })

  it.each<[what: string, app: Told, twin: Told]>([
    ['what is only recorded', { command: 'a', terminal: 'yes' }, { command: 'b', terminal: 'no' }],
    [
      'the reference of one image',
      { image: 'a', 'moved-tag': 'app' },
      { image: 'a', 'moved-tag': 'sha256:a' },
    ],
    ['the variable in which bash names the program', { 'variables:_': 'x' }, { 'variables:_': 'y' }],
    [
      'what the shell that started the app has set',
      { 'variables:PWD': 'x', 'variables:SHLVL': 'x', 'variables:OLDPWD': 'x' },
      {},
    ],
    ['facts of no kind', { 'container.id': 'a' }, { 'container.id': 'b' }],
  ])('in %s is none', (_, app, twin) => {
    expect(compare(app, twin)).toMatchObject({ verdict: 'same', findings: [], unobserved: [] })
  })

  it('is one finding a kind, the worst first', () => {
    const app = { umask: '1', 'user:uid': '1', 'user:gid': '1', 'variables:A': 'x', 'variables:B': 'x' }
    const twin = { umask: '2', 'user:uid': '2', 'user:gid': '2' }
    expect(found(compare(app, twin))).toEqual([
      [21, 'variables:A', 'variables:B'],
      [33, 'user:gid', 'user:uid'],
      [34, 'umask'],
    ])
  })

  it('never shows a variable’s or a secret file’s value', () => {
    const told = (value: string) => ({
      'variables:A': value,
      'config-files': 'listed',
      'config-files:.env': value,
      umask: value,
    })
    const report = compare(told('digest-1'), told('digest-2'))
    expect(report.findings.flatMap(({ items }) => items)).toEqual([
      { fact: 'variables:A', app: 'one value', twin: 'another value' },
      { fact: 'config-files:.env', app: 'one value', twin: 'another value' },
      { fact: 'umask', app: 'digest-1', twin: 'digest-2' },
    ])
  })
})

describe('what was declared', () => {
  const app = { 'memory-limit:cgroup': '1 GiB', 'variables:A': 'x', 'variables:B': 'x' }
  const twin = { 'memory-limit:cgroup': '4 GiB', 'variables:A': 'y', 'variables:B': 'x' }

  it('does not block, and keeps its reason', () => {
    const declared = new Map([
      ['memory-limit', 'It loads the whole index.'],
      ['variables:A', 'It writes to the replica’s queue.'],
    ])
    const report = compare(app, twin, { declared })
    expect(report.verdict).toBe('differs')
    expect(report.findings.map(({ declared }) => declared)).toEqual([
      'It writes to the replica’s queue.',
      'It loads the whole index.',
    ])
  })

  it('stands apart from what was not', () => {
    const report = compare(
      { ...app, 'variables:C': 'x' },
      { ...twin, 'variables:C': 'y' },
      {
        declared: new Map([['variables:A', 'known']]),
      },
    )
    expect(report.verdict).toBe('blocked')
    expect(found(report).slice(0, 2)).toEqual([
      [24, 'variables:A'],
      [24, 'variables:C'],
    ])
  })

  it('may be all variables', () => {
    expect(compare(app, twin, { declared: new Map([['variables', 'x']]) }).verdict).toBe('differs')
  })

  it('is Purser’s own where Purser did it', () => {
    const own = new Map([
      ['variables:A', 'The wire’s address.'],
      ['memory-limit', 'Half of it.'],
    ])
    expect(compare(app, twin, { own })).toMatchObject({
      verdict: 'same',
      findings: [],
      own: [
        { fact: 'memory-limit:cgroup', why: 'Half of it.' },
        { fact: 'variables:A', why: 'The wire’s address.' },
      ],
    })
  })
})

describe('what could not be seen', () => {
  const dark = { unseen: 'no awk' }

  it.each<[what: string, app: Told, twin: Told, side: string, fact: string]>([
    ['by the app', { 'user:uid': dark }, { 'user:uid': '1' }, 'app', 'user:uid'],
    ['by the twin', { 'user:uid': '1' }, { 'user:uid': dark }, 'twin', 'user:uid'],
    ['because the twin does not tell it', { 'user:uid': '1' }, {}, 'twin', 'user:uid'],
    ['because the app does not tell it', {}, { 'user:uid': '1' }, 'app', 'user:uid'],
    [
      'because a whole list is dark',
      { 'variables:A': 'x', 'variables:B': 'x' },
      { variables: dark },
      'twin',
      'variables',
    ],
    ['because a dark list has no items', {}, { mounts: dark }, 'twin', 'mounts'],
    [
      'because a list is not complete',
      { 'certificates:a': 'x', certificates: 'listed' },
      {},
      'twin',
      'certificates',
    ],
  ])('%s blocks, and is told once', (_, app, twin, side, fact) => {
    expect(compare(app, twin)).toMatchObject({
      verdict: 'blocked',
      findings: [],
      unobserved: [{ side, fact }],
    })
  })

  it('is not equal to what could not be seen either', () => {
    const report = compare({ 'user:uid': dark }, { 'user:uid': dark })
    expect(report).toMatchObject({ verdict: 'blocked', unobserved: [{ side: 'app' }, { side: 'twin' }] })
  })

  it('does not block where it only informs, was declared, or is to warn', () => {
    expect(compare({ umask: dark }, { umask: '1' }).verdict).toBe('differs')
    const declared = new Map([['user', 'known']])
    expect(compare({ 'user:uid': dark }, { 'user:uid': '1' }, { declared })).toMatchObject({
      verdict: 'differs',
      unobserved: [{ declared: 'known' }],
    })
    expect(compare({ 'user:uid': dark }, { 'user:uid': '1' }, { unobserved: 'warn' }).verdict).toBe('differs')
  })
})

describe('several serving instances', () => {
  it('tell nothing by what differs among them', () => {
    const report = compare(
      [
        { 'variables:PORT': '1', umask: '1' },
        { 'variables:PORT': '2', umask: '1' },
      ],
      {
        'variables:PORT': '2',
        umask: '1',
      },
    )
    expect(report).toMatchObject({ verdict: 'same', findings: [], varying: ['variables:PORT'], compared: 1 })
  })

  it.each<[what: string, twin: Told, found: object]>([
    ['with a value of its own', { 'variables:PORT': '3' }, { findings: [{ number: 24 }], unobserved: [] }],
    ['without one', {}, { findings: [{ number: 21 }], unobserved: [] }],
    [
      'that is not seen',
      { 'variables:PORT': { unseen: 'dark' } },
      { findings: [], unobserved: [{ side: 'twin' }] },
    ],
  ])('do not excuse a twin %s', (_, twin, expected) => {
    const report = compare([{ 'variables:PORT': '1' }, { 'variables:PORT': '2' }], twin)
    expect(report).toMatchObject({ verdict: 'blocked', varying: [], ...expected })
  })

  it('let a twin have what Purser made different in it', () => {
    const own = new Map([['variables:HOSTNAME', 'The container’s own name.']])
    const app = [{ 'variables:HOSTNAME': 'a' }, { 'variables:HOSTNAME': 'b' }]
    expect(compare(app, { 'variables:HOSTNAME': 'c' }, { own })).toMatchObject({ verdict: 'same' })
  })

  it('are mixed in what the configuration says that decides', () => {
    const app = [{ 'variables:SHOP': 'a' }, { 'variables:SHOP': 'b' }]
    expect(compare(app, { 'variables:SHOP': 'a' })).toMatchObject({ verdict: 'same' })
    const report = compare(app, { 'variables:SHOP': 'a' }, { decisive: new Set(['SHOP']) })
    expect(found(report)).toEqual([[5, 'variables:SHOP']])
  })

  it.each([
    'variables:AWS_REGION',
    'variables:DATABASE_URL',
    'variables:DB_PASSWORD',
    'variables:PGHOST',
    'variables:PGDATABASE',
    'variables:PGSERVICE',
    'variables:DB_NAME',
    'variables:DB_DATABASE',
    'variables:SHOP_DB_SCHEMA',
    'variables:DATABASE_PORT',
    'variables:MYSQL_USER',
    'variables:REDIS_DB',
    'variables:POSTGRES_DB',
    'image',
    'mounts:/data',
    'search-path:main',
  ])('are mixed releases where they differ in %s', (fact) => {
    const report = compare([{ [fact]: 'a' }, { [fact]: 'b' }], { [fact]: 'a' })
    expect(report).toMatchObject({
      verdict: 'blocked',
      varying: [],
      findings: [{ number: 5, items: [{ fact }] }],
    })
  })

  it('are mixed where one lacks what decides', () => {
    const report = compare([{ 'variables:DATABASE_URL': 'a' }, {}], { 'variables:DATABASE_URL': 'a' })
    expect(found(report)).toEqual([[5, 'variables:DATABASE_URL']])
  })

  it('need one of them that sees', () => {
    const report = compare([{ umask: { unseen: 'gone' } }, { umask: '1' }], { umask: '1' })
    expect(report).toMatchObject({ verdict: 'same', unobserved: [] })
  })
})

describe('in words', () => {
  const report = compare(
    { 'variables:A': 'x', 'memory-limit:cgroup': 'none', 'user:uid': '0' },
    { 'memory-limit:cgroup': '512 MiB' },
    { declared: new Map([['memory-limit', 'It needs less.']]) },
  )

  it('a finding is one line', () => {
    expect(report.findings.map(describeFinding)).toEqual([
      'missing variable (A). The task falls back to a default, often another database or a test key, or fails halfway.',
      'memory limit (memory-limit:cgroup: none in the app, 512 MiB in the run). The task is killed at another size than the app, or takes memory that the app needs. Declared: It needs less.',
    ])
  })

  it('a report is summed up', () => {
    expect(summarise(report)).toBe(
      '2 differences, 1 of which blocks: missing variable; 1 fact could not be seen',
    )
    expect(summarise(compare({ umask: '1' }, { umask: '1' }))).toBe('same as the app in 1 fact')
    expect(summarise(compare({ umask: '1' }, { umask: '2' }))).toBe('1 difference')
  })

  it('is plain JSON', () => {
    expect(JSON.parse(JSON.stringify(report))).toEqual(report)
  })
})

describe('any facts', () => {
  const ids = [
    ...kinds.flatMap(({ id }) => [id, `${id}:item`, `${id}:other`]),
    ...[
      'variables',
      'variables:A',
      'variables:DATABASE_URL',
      'variables:TZ',
      'variables:AWS_REGION',
      'container.id',
    ],
  ]
  const anyFact = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom('a', 'b').map((value): Fact => ({ value, source: 's' })) },
    { weight: 1, arbitrary: fc.constant<Fact>({ unseen: 'dark' }) },
  )
  const anyFacts = fc
    .uniqueArray(fc.tuple(fc.constantFrom(...ids), anyFact), { selector: ([id]) => id })
    .map((entries): Facts => new Map(entries))
  const seenOnly = (some: Facts): Facts => new Map([...some].filter(([, fact]) => 'value' in fact))
  const against = (app: Facts, twin: Facts) =>
    compareFacts({
      app: [{ id: 'app', facts: app }],
      twin,
      declared: new Map(),
      own: new Map(),
      configured: new Set(),
    })

  it('are the same as themselves, where all was seen', () => {
    fc.assert(
      fc.property(anyFacts, (some) => {
        const seen = seenOnly(some)
        // A list's items are of use only with its head.
        const whole = new Map([
          ...seen,
          ...kinds.map(({ id }): [string, Fact] => [id, { value: 'x', source: 's' }]),
        ])
        whole.set('variables', { value: 'listed', source: 's' })
        expect(against(whole, whole)).toMatchObject({
          verdict: 'same',
          findings: [],
          unobserved: [],
          varying: [],
          own: [],
        })
      }),
    )
  })

  it('differ in the same facts from either side', () => {
    const touched = (app: Facts, twin: Facts) => {
      const { findings, unobserved } = against(app, twin)
      const facts = [
        ...findings.flatMap(({ items }) => items.map(({ fact }) => fact)),
        ...unobserved.map(({ fact }) => fact),
      ]
      return [...new Set(facts)].sort()
    }
    fc.assert(
      fc.property(anyFacts, anyFacts, (a, b) => {
        expect(touched(a, b)).toEqual(touched(b, a))
      }),
    )
  })

  it('are never equal to what was not seen', () => {
    fc.assert(
      fc.property(anyFacts, fc.constantFrom('user:uid', 'image', 'dns:hosts'), (some, id) => {
        const report = against(
          new Map([...some, [id, { value: 'a', source: 's' }]]),
          new Map([...some, [id, { unseen: 'x' }]]),
        )
        expect(report.unobserved.map(({ fact }) => fact)).toContain(id)
        expect(report.verdict).toBe('blocked')
      }),
    )
  })
})
