import fc from 'fast-check'
import { expect, it } from 'vitest'
import { message } from '../protocol/write.ts'
import { Framer } from './framer.ts'

const messages = fc.array(
  fc.record({ type: fc.constantFrom('D', 'Z', 'C'), body: fc.uint8Array({ maxLength: 30 }) }),
  { maxLength: 12 },
)

it('hands on all that comes, in order, however it is cut', () => {
  fc.assert(
    fc.property(messages, fc.array(fc.nat(200), { maxLength: 8 }), (all, cuts) => {
      const bytes = Buffer.concat(all.map(({ type, body }) => message(type, body)))
      const handed: Buffer[] = []
      const read: string[] = []
      const framer = new Framer((type) => type !== 'D'.charCodeAt(0), {
        pass: (part) => void handed.push(part),
        message: (type, part) => {
          handed.push(part)
          read.push(type)
          expect(part.readInt32BE(1)).toBe(part.length - 1)
        },
      })
      const edges = [0, ...cuts.filter((at) => at < bytes.length).sort((a, b) => a - b), bytes.length]
      for (const [index, edge] of edges.entries()) framer.push(bytes.subarray(edges[index - 1] ?? 0, edge))
      expect(Buffer.concat(handed).equals(bytes)).toBe(true)
      expect(read).toEqual(all.map(({ type }) => type).filter((type) => type !== 'D'))
    }),
  )
})

it('does not copy what nobody reads', () => {
  const passed: Buffer[] = []
  const framer = new Framer(() => false, { pass: (part) => void passed.push(part), message: () => {} })
  const chunk = Buffer.concat(Array.from({ length: 100 }, () => message('d', Buffer.alloc(100))))
  framer.push(chunk)
  expect(passed).toHaveLength(1)
  expect(passed[0]?.buffer).toBe(chunk.buffer)
})

it('refuses what is no message', () => {
  const framer = new Framer(() => true, { pass: () => {}, message: () => {} })
  expect(() => framer.push(Buffer.from('D\0\0\0\x01'))).toThrow('no message of PostgreSQL')
})
