import { describe, expect, it } from 'vitest'
import { hasStatus, isNotFound, refusal } from './errors.ts'

const request = { method: 'GET', path: '/containers/web/json' } as const
const refused = (status: number, answer: string) => refusal('unix:///x.sock', request, status, answer)

describe('a refusal', () => {
  it.each([
    [404, '{"message":"No such container: web"}\n', ': No such container: web'],
    [403, '<html>Forbidden by the proxy.\n', ': <html>Forbidden by the proxy'],
    [502, '', ''],
    [500, '[1]', ': [1]'],
  ])('with %i and %j has the words of the engine', (status, answer, words) => {
    const error = refused(status, answer)
    expect(error).toMatchObject({ code: 'ENGINE_REFUSED', status })
    expect(error.message).toBe(
      `The Docker Engine at unix:///x.sock answered GET /containers/web/json with ${status}${words}.`,
    )
  })

  it('is not endless', () => {
    expect(refused(500, 'x'.repeat(100_000)).message.length).toBeLessThan(1_200)
  })

  it('is known by its status', () => {
    expect(isNotFound(refused(404, ''))).toBe(true)
    expect(hasStatus(refused(409, ''), 404, 409)).toBe(true)
    expect(isNotFound(refused(409, ''))).toBe(false)
    expect(isNotFound(new Error('404'))).toBe(false)
  })
})
