import { describe, expect, it } from 'vitest'
import { answerQuery, dnsTypeName, dnsTypes, parseQuery } from './dns-message.ts'

function query(name: string, type: number): Buffer {
  const labels = name.split('.').flatMap((label) => [label.length, ...Buffer.from(label, 'latin1')])
  return Buffer.from([0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...labels, 0, type >> 8, type & 255, 0, 1])
}

describe('a query for a name', () => {
  it('is read', () => {
    expect(parseQuery(query('sink.example.org', dnsTypes.a))).toEqual({
      name: 'sink.example.org',
      type: 1,
      end: 34,
    })
    expect(dnsTypeName(33)).toBe('SRV')
    expect(dnsTypeName(999)).toBe('TYPE999')
  })

  it('shows nothing that a terminal would obey', () => {
    expect(parseQuery(query('\x1b[2J.org', dnsTypes.a))?.name).toBe('?[2J.org')
  })

  it('that is cut off, or a response, is none', () => {
    const whole = query('sink.example.org', dnsTypes.a)
    for (let length = 0; length < whole.length; length += 1) {
      expect(parseQuery(whole.subarray(0, length))).toBeUndefined()
    }
    whole[2] = 0x81
    expect(parseQuery(whole)).toBeUndefined()
  })

  it('is answered with an address, with nothing, or with no such name', () => {
    const asked = query('a.b', dnsTypes.a)
    const question = parseQuery(asked)
    if (question === undefined) throw new Error('It was not read.')
    const answer = answerQuery(asked, question, Buffer.from([198, 18, 0, 1]))
    expect(answer.toString('hex')).toBe(
      '12348580000100010000000001610162000001 0001c00c00010001 0000003c0004c6120001'.replaceAll(' ', ''),
    )
    expect(answerQuery(asked, question, 'nothing').readUInt16BE(6)).toBe(0)
    expect(answerQuery(asked, question, 'no such name')[3]).toBe(0x83)
  })
})
