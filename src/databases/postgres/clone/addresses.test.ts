import { describe, expect, it } from 'vitest'
import { libpqVariables, urlOf } from './addresses.ts'

describe('the URL of another database', () => {
  it.each([
    ['postgres://u:p@h/postgres', 'postgres://u:p@h/clone'],
    [
      'postgres://u:p%40%2F@h:5433?sslmode=verify-full',
      'postgres://u:p%40%2F@h:5433/clone?sslmode=verify-full',
    ],
    ['postgresql://u@%2Fvar%2Frun%2Fpg/x', 'postgresql://u@%2Fvar%2Frun%2Fpg/clone'],
  ])('of the server of %s', (server, url) => {
    expect(urlOf(server, 'clone')).toBe(url)
  })

  it('with a role that has an odd name, beside other options', () => {
    const url = urlOf('postgres://u:p@h/x?options=-c%20geqo%3Doff', 'clone', 'a b\\c')
    expect(new URL(url).searchParams.get('options')).toBe('-c geqo=off -c role=a\\ b\\\\c')
    expect(url).not.toContain('+')
  })
})

describe('what libpq is told', () => {
  const client = { host: 'h', port: 5433, user: 'u', password: 'p@ss', database: 'a=b' }

  it('is what the driver has read, with what is meant for libpq', () => {
    const url = 'postgres://u:p%40ss@h:5433/a=b?sslmode=verify-full&sslrootcert=/ca.pem&options=-c%20a%3Db'
    expect(libpqVariables(url, client, ['-c x=y'])).toEqual({
      ...{ PGHOST: 'h', PGPORT: '5433', PGUSER: 'u', PGPASSWORD: 'p@ss', PGDATABASE: 'a=b' },
      ...{ PGSSLMODE: 'verify-full', PGSSLROOTCERT: '/ca.pem', PGOPTIONS: '-c a=b -c x=y' },
    })
  })

  it.each([
    ['sslmode=no-verify', 'require'],
    ['ssl=true', 'require'],
    ['ssl=true&sslmode=verify-ca', 'verify-ca'],
    ['sslmode=disable', 'disable'],
  ])('by %s has sslmode %s', (query, mode) => {
    expect(libpqVariables(`postgres://h/d?${query}`, client, []).PGSSLMODE).toBe(mode)
  })

  it('through a tunnel keeps the name that a certificate is checked against', () => {
    const tunnel = { host: '127.0.0.1', port: 1234 }
    expect(libpqVariables('postgres://h/d', client, [], tunnel)).toMatchObject({
      ...{ PGHOST: 'h', PGHOSTADDR: '127.0.0.1', PGPORT: '1234' },
    })
  })
})
