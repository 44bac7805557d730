import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { kinds } from '../facts/index.ts'
import { finish, newComparisonKey } from './keyed.ts'
import { parseProbe, probeEnd } from './parse.ts'
import { newNonce } from './request.ts'

const request = { nonce: newNonce(), key: newComparisonKey() }
const inner = 'ab'.repeat(32)

function answer(lines: readonly string[], counts = `${lines.length} 0`): string {
  return [
    'noise',
    `purser:${request.nonce}:begin`,
    ...lines,
    `purser:${request.nonce}:end ${counts}`,
    'more',
  ].join('\n')
}

function whyBroken(text: string): string {
  const parsed = parseProbe(text, request)
  return parsed.end === 'broken' ? parsed.why : `It is ${parsed.end}.`
}

describe('the answer of a probe', () => {
  it('is read field by field', () => {
    const parsed = parseProbe(
      answer(
        [
          'process:pid\t=\t7\t/proc',
          'process:argument\t=\tnode\tcmdline',
          'process:argument\t=\ta\\x0ab\tcmdline',
          'umask\t=\t0022\t/proc/7/status',
          "variables\t?\tit can't be read",
          `variables:A\\x09B\t#\tenviron\t${inner}  -`,
          `dns:hosts\t~\t/etc/hosts\t${inner}  -`,
          'room:memory\t=\t2\tmeminfo',
          '+\tfiles\t3',
        ],
        '5 1',
      ),
      request,
    )
    expect(parsed).toMatchObject({
      end: 'complete',
      process: { pid: 7, argv: ['node', 'a\nb'], uid: undefined, program: undefined },
      facts: new Map([
        ['umask', { value: '0022', source: '/proc/7/status' }],
        ['variables', { unseen: "it can't be read" }],
        ['variables:A\tB', { value: finish(request.key, inner), source: 'environ' }],
        ['dns:hosts', { value: `sha256:${inner}`, source: '/etc/hosts' }],
      ]),
      room: { memoryBytes: 2_048 },
    })
  })

  it('may come over a terminal', () => {
    expect(parseProbe(answer(['umask\t=\t0022\tx']).replaceAll('\n', '\r\n'), request).end).toBe('complete')
  })

  it('may ask for another user', () => {
    const parsed = parseProbe(answer(['process:pid\t=\t7\t/proc', '!\tother-user\t1000\t50'], '1 0'), request)
    expect(parsed).toEqual({ end: 'other-user', uid: 1_000, gid: 50 })
  })

  it.each([
    ['without a beginning', 'umask\t=\t0022\tx', 'It has no beginning.'],
    ['of another probe', answer([]).replaceAll(request.nonce, 'other'), 'It has no beginning.'],
    ['without an end', answer(['umask\t=\t0022\tx']).replace(/\npurser:\w+:end.*$/s, '\n'), 'It has no end.'],
    ['cut in its last line', answer(['umask\t=\t0022\tx']).replace(/ 0\nmore$/, ''), 'It has no end.'],
    ['with a line less', answer([], '1 0'), 'It has 0 facts in 0 parts, and counts 1 in 0.'],
    [
      'with a part less',
      answer(['umask\t=\t0022\tx'], '1 1'),
      'It has 1 facts in 0 parts, and counts 1 in 1.',
    ],
    ['with no count', answer([], 'soon'), 'It ends with "soon".'],
    ['with a stranger’s line', answer(['Hello!']), 'It has a line that is none: "Hello!".'],
    [
      'with a hash that is none',
      answer(['variables:A\t#\te\tdead  -']),
      'It has a line that is none: "variables:A\\t#\\te\\tdead  -".',
    ],
    [
      'with an unknown fact',
      answer(['mood\t=\tgood\tx']),
      'It tells "mood", which is no fact that was asked for.',
    ],
  ])('%s can’t be used', (_, text, why) => {
    expect(whyBroken(text)).toBe(`The answer of the probe can't be used. ${why}`)
  })

  it('never passes when anything of it is lost', () => {
    const lines = kinds.slice(0, 20).map(({ id }, at) => `${id}\t=\tvalue ${at}\tsource`)
    // From its first mark on: what stands before that is noise, and may be lost.
    const whole = answer(lines)
      .replace(/^noise\n/, '')
      .replace(/\nmore$/, '\n')
    fc.assert(
      fc.property(fc.nat(whole.length - 2), fc.integer({ min: 1, max: 40 }), (from, length) => {
        const cut = whole.slice(0, from) + whole.slice(from + length)
        const parsed = parseProbe(cut, request)
        // What is lost inside one field can't be noticed; a line can.
        if (parsed.end === 'complete') expect(cut.split('\n').length).toBe(whole.split('\n').length)
      }),
    )
  })

  it('is nonsense where it is', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (lines) => {
        expect(() => parseProbe(answer(lines), request)).not.toThrow()
      }),
    )
  })
})

describe('the end of an answer', () => {
  it('is known as soon as its line is whole', () => {
    const text = answer(['umask\t=\t0022\tx'])
    const ends = text.indexOf('\n', text.indexOf(':end ')) + 1
    for (let at = 0; at <= text.length; at += 1) {
      expect(probeEnd(Buffer.from(text.slice(0, at)), request.nonce)).toBe(at < ends ? undefined : ends)
    }
  })
})
