import { text } from 'node:stream/consumers'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Report } from '../../../runs/reports.ts'
import type { OutputChunk } from '../engine/demux.ts'
import { TwinOutput } from './twin-output.ts'

const nonce = '0123456789abcdef'
const begin = `purser:${nonce}:begin\n`
const answer = `${begin}user\t=\t1000\tid\npurser:${nonce}:end 1 0\n`
const report = (done: number) => `\u001e${nonce} ${JSON.stringify({ kind: 'progress', done })}\u001f`

type Written = readonly [stream: OutputChunk['stream'], text: string]

async function take(written: readonly Written[]) {
  const reports: Report[] = []
  const output = new TwinOutput(nonce, (heard) => void reports.push(heard))
  const seen = Promise.all([text(output.stdout), text(output.stderr)])
  await output.take(
    (async function* () {
      for (const [stream, printed] of written) yield { stream, bytes: Buffer.from(printed) }
    })(),
  )
  output.end()
  const [stdout, stderr] = await seen
  return { stdout, stderr, reports, answer: await output.answer }
}

describe('what comes out of a twin', () => {
  it('is its output, without the answer of the probe and without reports', async () => {
    const taken = await take([
      ['stdout', 'waiting for the database … '],
      ['stderr', 'a warning\n'],
      ['stdout', `done\n${answer}Hello`],
      ['stderr', `${report(1)}a complaint\n`],
      ['stdout', ', Ada\n'],
      ['stderr', report(2)],
    ])
    expect(taken).toEqual({
      stdout: 'waiting for the database … done\nHello, Ada\n',
      stderr: 'a warning\na complaint\n',
      answer,
      reports: [
        { kind: 'progress', done: 1 },
        { kind: 'progress', done: 2 },
      ],
    })
  })

  it('is the same however it is cut', async () => {
    const printed = `before${answer}after`
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 30 }), async (sizes) => {
        let at = 0
        const chunks = [...sizes, printed.length].map((size): Written => {
          at += size
          return ['stdout', printed.slice(at - size, at)]
        })
        expect(await take(chunks)).toMatchObject({ stdout: 'beforeafter', answer })
      }),
    )
  })

  it('may have the answer behind a line that the entrypoint did not end', async () => {
    expect(await take([['stdout', `loading${answer}`]])).toMatchObject({ stdout: 'loading', answer })
  })

  it('is output where it looks like a second answer', async () => {
    expect(await take([['stdout', answer + answer]])).toMatchObject({ stdout: answer, answer })
  })

  it.each([
    ['nothing', [], ''],
    ['what the entrypoint printed', ['no such host\n'], 'no such host\n'],
    ['what may have become a mark', ['no\npurser:0123'], 'no\npurser:0123'],
    ['nothing of an answer that has no end', [`up\n${begin}variables:A\t#\t/proc\tabc`], 'up\n'],
  ])('without an answer is %s', async (_name, printed, stdout) => {
    expect(await take(printed.map((piece) => ['stdout', piece]))).toMatchObject({ stdout, answer: undefined })
  })

  it('gives up on an answer that has no end', async () => {
    const taken = await take([
      ['stdout', begin],
      ['stdout', 'x'.repeat(5_000_000)],
      ['stdout', 'and then'],
    ])
    expect(taken.stdout).toBe('and then')
    expect(taken.answer?.length).toBe(begin.length + 5_000_000)
  })

  it('keeps millions of bytes that an entrypoint prints', async () => {
    const megabyte: Written = ['stdout', 'x'.repeat(1_000_000)]
    const taken = await take([...Array<Written>(7).fill(megabyte), ['stdout', answer]])
    expect([taken.stdout.length, taken.answer]).toEqual([7_000_000, answer])
  })

  it('has no report that is none', async () => {
    const odd = `\u001e${nonce} {"kind":"outcome"}\u001f`
    expect(
      await take([
        ['stdout', answer],
        ['stderr', odd],
      ]),
    ).toMatchObject({ stderr: '', reports: [] })
  })
})
