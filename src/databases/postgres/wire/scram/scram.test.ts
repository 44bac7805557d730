import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ScramClient, ScramPassword } from './client.ts'
import { attributesOf, hmac, scramKeys, xor } from './keys.ts'
import { saslprep } from './saslprep.ts'
import { ScramServer, verifierOf } from './server.ts'

it('makes of a password what the example of RFC 7677 says', async () => {
  const salt = Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64')
  const keys = await scramKeys('pencil', salt, 4_096)
  const conversation =
    'n=user,r=rOprNGfwEbeRWgbNEkqO,' +
    'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,' +
    'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0'
  const proof = xor(keys.client, hmac(keys.stored, conversation)).toString('base64')
  expect(proof).toBe('dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=')
  expect(hmac(keys.server, conversation).toString('base64')).toBe(
    '6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
  )
})

describe('both sides of SCRAM', () => {
  const meet = async (client: ScramClient, server: ScramServer) => {
    const final = server.final(await client.final(server.first(client.first())))
    if (final !== undefined) client.check(final)
    return final !== undefined
  }

  it('agree where they have the same password, and not otherwise', async () => {
    const verifier = await verifierOf('the-same')
    expect(await meet(new ScramClient(new ScramPassword('the-same')), new ScramServer(verifier))).toBe(true)
    expect(await meet(new ScramClient(new ScramPassword('another')), new ScramServer(verifier))).toBe(false)
  })

  it('take no proof of another conversation', async () => {
    const verifier = await verifierOf('the-same')
    const client = new ScramClient(new ScramPassword('the-same'))
    const overheard = await client.final(new ScramServer(verifier).first(client.first()))
    const server = new ScramServer(verifier)
    server.first(client.first())
    expect(() => server.final(overheard)).toThrow('does not follow from the first')
  })

  it('find a server out that does not know the password', async () => {
    const client = new ScramClient(new ScramPassword('the-same'))
    const server = new ScramServer(await verifierOf('the-same'))
    await client.final(server.first(client.first()))
    expect(() => client.check(`v=${Buffer.alloc(32).toString('base64')}`)).toThrow('did not prove')
    expect(() => client.check('e=other-error')).toThrow('did not prove')
  })

  it.each([
    ['r=other,s=c2FsdA==,i=4096', 'as it should'],
    ['OWN,s=c2FsdA==,i=4096', 'as it should'],
    ['OWNx,s=,i=4096', 'as it should'],
    ['OWNx,s=c2FsdA==,i=0', '0 iterations'],
    ['OWNx,s=c2FsdA==,i=99999999999', '99999999999 iterations'],
  ])('refuse a server that begins with %s', async (first, words) => {
    const client = new ScramClient(new ScramPassword('x'))
    const own = `r=${attributesOf(client.first().slice(3)).get('r')}`
    await expect(client.final(first.replace('OWN', own))).rejects.toThrow(words)
  })

  it('survive whatever a client says', async () => {
    const verifier = await verifierOf('x')
    fc.assert(
      fc.property(fc.string(), fc.string(), (first, final) => {
        const server = new ScramServer(verifier)
        try {
          server.first(first)
        } catch {}
        try {
          expect(server.final(final)).toBe(undefined)
        } catch (error) {
          expect(String(error)).toContain('SCRAM')
        }
      }),
    )
  })
})

it.each([
  ['plain', 'plain'],
  ['I\u00adX', 'IX'],
  ['\u2168', 'IX'],
  ['a\u00a0b', 'a b'],
  ['\u00aa', 'a'],
  ['bell\u0007\u2168', 'bell\u0007\u2168'],
  ['\u00ad', '\u00ad'],
])('prepares the password %j as %j', (password, prepared) => {
  expect(saslprep(password)).toBe(prepared)
})
