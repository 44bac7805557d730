import { describe, expect, it } from 'vitest'
import { passwordsIn } from './passwords.ts'
import { secretsOf } from './secrets.ts'

const of = (variables: Record<string, string>, declared: readonly string[] = []) =>
  secretsOf(new Map(Object.entries(variables)), declared)

describe('secretsOf', () => {
  it('takes values by their names, and those that were declared', () => {
    const variables = { API_KEY: 'k-123456', LICENCE: 'l-123456', HOME: '/root', EMPTY_TOKEN: '' }
    expect(of(variables, ['LICENCE', 'ABSENT'])).toEqual([
      { name: 'API_KEY', value: 'k-123456' },
      { name: 'LICENCE', value: 'l-123456' },
    ])
  })

  it('takes the password of a database URL, encoded and decoded, and leaves the rest readable', () => {
    expect(of({ DATABASE_URL: 'postgres://app:p%40ss%2Fw@db:5432/atlas' })).toEqual([
      { name: 'DATABASE_URL', value: 'p%40ss%2Fw' },
      { name: 'DATABASE_URL', value: 'p@ss/w' },
    ])
  })

  it('names a value once, by its first name', () => {
    expect(of({ DATABASE_URL: 'mysql://u:same-one@h/d', DB_PASSWORD: 'same-one' })).toEqual([
      { name: 'DATABASE_URL', value: 'same-one' },
    ])
  })
})

describe('passwordsIn', () => {
  it.each([
    ['a URL', 'postgres://u:secret-1@h/db', ['secret-1']],
    ['no user', 'redis://:secret-1@h:6379', ['secret-1']],
    ['a password with @', 'amqp://u:sec@ret@h/v', ['sec@ret']],
    ['a password with / and ? that should have been encoded', 'postgres://u:a/b?c@h/db', ['a/b?c']],
    ['several nodes', 'amqp://u:one-pw@h1, amqp://u:two-pw@h2', ['one-pw', 'two-pw']],
    ['several hosts', 'mongodb+srv://u:secret-1@h1,h2/db', ['secret-1']],
    ['a query', 'jdbc:postgresql://h/db?user=u&password=a%20b&ssl=true', ['a%20b', 'a b']],
    ['quoted libpq pairs', "host=h password='it\\'s me' user=u", ["it's me"]],
    ['libpq pairs', "user=u password=a&b'c host=h", ["a&b'c"]],
    ['ADO pairs', "Server=h;User Id=u;Password=s&c 'ret;Encrypt=true", ["s&c 'ret"]],
    ['Azure pairs', 'AccountName=a;AccountKey=abc+/==;EndpointSuffix=x', ['abc+/==']],
    ['Java options', '-Xmx1g -Dspring.datasource.password=secret-1 -ea', ['secret-1']],
    ["Go's MySQL", 'u:sec@ret@tcp(h:3306)/db?parseTime=true', ['sec@ret']],
    ['JSON', '{"host":"h","password":"secret-1","url":"x://u:two-pw@h"}', ['two-pw', 'secret-1']],
    ['a malformed code', 'postgres://u:100%@h/db', ['100%']],
  ])('finds it in %s', (_, value, expected) => {
    expect(passwordsIn(value)).toEqual(expected)
  })

  it.each([
    'https://registry:4873/@scope/package',
    'https://example.com/?q=a@b:c',
    'postgres://u@h/db',
    'https://h:8080/a:b@c',
    'user@example.com',
    '12:30@noon',
    '{"not json',
    'sort_key=id&page=2',
  ])('finds none in %s', (value) => {
    expect(passwordsIn(value)).toEqual([])
  })

  it('takes no time over a long value', () => {
    const started = performance.now()
    for (const unit of ['a', 'a:', 'a=', '://', 'a://', ' ', '; ', "='"])
      passwordsIn(unit.repeat(60_000 / unit.length))
    expect(performance.now() - started).toBeLessThan(2_000)
  })
})
