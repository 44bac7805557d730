import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { allPrograms, type Postgres, startPostgres } from '../../support/postgres.ts'
import { certificates, type TlsFiles } from '../../support/rabbitmq/certificates.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { connected, psql, realPassword, tap } from './world.ts'

// Every kind of sign that a URL can't have as it is, and some that SCRAM prepares.
const odd = `p@ss:w/o?r#d%20&=+,;'"\\ \u00a0ä\u2168\u00ad€`
const ways = ['password', 'md5', 'scram-sha-256', 'trust'] as const

describe.each(await allPrograms())('the way to a server of version $version', (programs) => {
  const temporary = temporaryFolder()
  const { folder } = temporary
  let server: Postgres
  let tls: TlsFiles
  beforeAll(async () => {
    tls = await certificates(path.join(folder, 'tls'))
    const hba = path.join(folder, 'pg_hba.conf')
    const lines = ways.flatMap((way) => [`host all ${way} samehost ${way}`, `local all ${way} ${way}`])
    writeFileSync(
      hba,
      [
        'hostssl all encrypted samehost scram-sha-256',
        'host all encrypted samehost reject',
        ...lines,
        'host all all samehost scram-sha-256',
        '',
      ].join('\n'),
    )
    server = await startPostgres(realPassword, {
      programs,
      settings: [
        `hba_file=${hba}`,
        `unix_socket_directories=${folder}`,
        'ssl=on',
        `ssl_cert_file=${tls.certificate}`,
        `ssl_key_file=${tls.key}`,
      ],
    })
    await using admin = await connected(server.url())
    const quoted = admin.escapeLiteral(odd)
    for (const way of [...ways, 'encrypted']) {
      await admin.query(`set password_encryption = '${way === 'md5' ? 'md5' : 'scram-sha-256'}'`)
      await admin.query(
        `create role ${admin.escapeIdentifier(way)} login ${way === 'trust' ? '' : `password ${quoted}`}`,
      )
    }
    await admin.query('create database "o dd/name%ä?#&"')
  })
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]()
    temporary[Symbol.dispose]()
  })

  const password = encodeURIComponent(odd)
  const whoIsThere =
    'select current_user, current_database(), coalesce(inet_client_port()::text, $$socket$$) <> $$socket$$'

  it.each(ways)('logs in by %s, over TCP and a socket', async (way) => {
    const secret = way === 'trust' ? '' : `:${password}`
    for (const url of [
      `postgres://${way}${secret}@127.0.0.1:${server.port}/postgres`,
      `postgres://${way}${secret}@/postgres?host=${encodeURIComponent(folder)}&port=${server.port}`,
    ]) {
      await using wire = await tap(url, { requireDirect: true })
      const { stdout, stderr } = await psql(wire.url, whoIsThere)
      expect([stdout, stderr]).toEqual([`${way}|postgres|${url.includes('host=') ? 'f' : 't'}\n`, ''])
    }
  })

  it.each(['password', 'md5', 'scram-sha-256'])(
    'says what the server says to a wrong password by %s, and tells none',
    async (way) => {
      const opened = tap(`postgres://${way}:not-${password}@127.0.0.1:${server.port}/postgres`)
      const error = await opened.then(
        () => undefined,
        (thrown: unknown) => thrown,
      )
      expect(error).toMatchObject({
        code: 'DATABASE_UNREACHABLE',
        message: expect.stringContaining(`password authentication failed for user "${way}"`),
      })
      for (const secret of [odd, password])
        expect(JSON.stringify(error) + String(error)).not.toContain(secret)
    },
  )

  it('says that a password is missing', async () => {
    await expect(tap(`postgres://md5@127.0.0.1:${server.port}/postgres`)).rejects.toMatchObject({
      message: expect.stringContaining('asks for a password, and there is none in the URL'),
    })
  })

  it('leads to a database of any name, however a driver reads it', async () => {
    const name = encodeURIComponent('o dd/name%ä?#&')
    const url = server.url().replace('/postgres?', `/${name}?`)
    await using wire = await tap(url)
    expect((await psql(wire.url, 'select current_database()')).stdout).toBe('o dd/name%ä?#&\n')
    await using client = await connected(wire.url) // which leaves %2F as it is
    expect((await client.query('select current_database()')).rows).toEqual([
      { current_database: 'o dd/name%ä?#&' },
    ])
  })

  it('verifies the certificate, and its name, by the CA that the URL names', async () => {
    const url = (host: string, ca: string) =>
      `postgres://encrypted:${password}@${host}:${server.port}/postgres?sslmode=verify-full&sslrootcert=${ca}`
    await using wire = await tap(url('localhost', tls.ca), { requireDirect: true })
    const { stdout } = await psql(
      wire.url,
      'select ssl, version from pg_stat_ssl where pid = pg_backend_pid()',
    )
    expect(stdout).toBe('t|TLSv1.3\n')
    await expect(tap(url('localhost', tls.otherCa))).rejects.toMatchObject({
      message: expect.stringMatching(/unable to verify|self-signed|certificate/),
    })
    await expect(tap(url('127.0.0.1', tls.ca))).rejects.toMatchObject({
      message: expect.stringMatching(/IP: 127\.0\.0\.1 is not in the cert's list/),
    })
    await expect(
      tap(`postgres://encrypted:${password}@localhost:${server.port}/postgres?sslmode=verify-full`),
    ).rejects.toMatchObject({
      message: expect.stringMatching(/unable to verify|self-signed|certificate/),
    })
    await expect(
      tap(`postgres://encrypted:${password}@localhost:${server.port}/postgres`),
    ).rejects.toMatchObject({
      message: expect.stringContaining('no encryption'),
    })
  })

  it('takes a URL that insists on channel binding, which its own does not', async () => {
    const url = `postgres://encrypted:${password}@localhost:${server.port}/postgres?sslmode=verify-full&sslrootcert=${tls.ca}&channel_binding=require`
    await using wire = await tap(url, { requireDirect: true })
    expect((await psql(wire.url, 'select 1')).stdout).toBe('1\n')
    const insisting = await psql(`${wire.url}&channel_binding=require`, 'select 1')
    expect([insisting.code, insisting.stderr]).toEqual([
      2,
      expect.stringContaining('channel binding required'),
    ])
  })

  it('cancels over TLS as well', async () => {
    await using wire = await tap(
      `postgres://encrypted:${password}@localhost:${server.port}/postgres?sslmode=verify-full&sslrootcert=${tls.ca}`,
    )
    await using client = await connected(wire.url)
    const answer = client.query('select pg_sleep(600)').catch((error: unknown) => error)
    await expect
      .poll(() => server.query("select 1 from pg_stat_activity where query = 'select pg_sleep(600)'"))
      .toHaveLength(1)
    await wire[Symbol.asyncDispose]()
    expect(await answer).toBeInstanceOf(Error)
    expect(await server.query("select 1 from pg_stat_activity where usename = 'encrypted'")).toEqual([])
    expect(wire.errors).toEqual([])
  })

  it('refuses a server without TLS where the URL asks for it', async () => {
    await using plain = await startPostgres(realPassword, { programs })
    const url = plain.url().replace('sslmode=disable', 'sslmode=verify-full')
    await expect(tap(url)).rejects.toMatchObject({ message: expect.stringContaining('does not speak TLS') })
  })
})

it.each([
  ['postgres://u:se:cret@nowhere.invalid/db', 'nowhere.invalid'],
  ['postgres://u:se cret@127.0.0.1:1/db', 'ECONNREFUSED'],
  ['postgres://u:secret@127.0.0.1:99999/db', "can't be used"],
  ['postgres://u:secret@127.0.0.1/db?sslmode=verify-full&sslrootcert=/none/here.pem', '/none/here.pem'],
])('says what is wrong with %s, without its password', async (url, words) => {
  const error = await tap(url).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toMatchObject({ code: 'DATABASE_UNREACHABLE', message: expect.stringContaining(words) })
  expect(JSON.stringify(error) + String(error)).not.toMatch(/se[: ]?cret/)
})
