import { describe, expect, it } from 'vitest'
import { apartVariables, refuseUnenforced, wirePlace } from './wire-place.ts'

const wire = { variable: 'DATABASE_URL', url: 'postgres://run:pa%2Fss@127.0.0.1:4711/shop?sslmode=disable' }
const apart = { wire, variables: { API_KEY: 'placeholder', DATABASE_URL: 'not this' } }

describe('a twin that is kept apart', () => {
  it('finds its wire where it listens, or where the executor puts it', () => {
    expect(wirePlace(apart)).toEqual({ host: '127.0.0.1', port: 4711 })
    expect(wirePlace({ ...apart, wire: { ...wire, url: 'postgres://[::1]:1/' } })).toEqual({
      host: '::1',
      port: 1,
    })
    expect(apartVariables(apart)).toEqual({ API_KEY: 'placeholder', DATABASE_URL: wire.url })
    expect(apartVariables(apart, { host: '10.0.0.9', port: 5 }).DATABASE_URL).toBe(
      'postgres://run:pa%2Fss@10.0.0.9:5/shop?sslmode=disable',
    )
    expect(apartVariables(undefined)).toEqual({})
  })

  it('is refused where that can’t be seen to, unless the caller takes it', () => {
    const apartness = { isEnforced: false, sentence: 'It can’t.', wireAddress: '127.0.0.1' }
    expect(() => refuseUnenforced(apart, apartness)).toThrow(
      expect.objectContaining({ code: 'APART_UNENFORCED', message: 'It can’t.' }),
    )
    expect(() => refuseUnenforced({ ...apart, isEnforced: false }, apartness)).not.toThrow()
  })
})
