import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { Readable } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../../../test/support/temporary-folder.ts'
import { readFirstFile, writeTar } from './tar.ts'

const chunksOf = (bytes: Buffer, size: number) =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
    bytes.subarray(at * size, (at + 1) * size),
  )

describe('an archive', () => {
  it('gives back its file, however it is cut', async () => {
    const cases = [
      fc.uint8Array({ maxLength: 2_000 }),
      fc.integer({ min: 0, max: 0o7777 }),
      fc.integer({ min: 1, max: 1_500 }),
    ] as const
    await fc.assert(
      fc.asyncProperty(...cases, async (bytes, mode, size) => {
        const file = { path: 'bin/busybox', mode, bytes: Buffer.from(bytes) }
        expect(await readFirstFile(Readable.from(chunksOf(writeTar(file), size)))).toEqual(file)
      }),
    )
  })

  it('is one that tar(1) reads', () => {
    using temporary = temporaryFolder()
    const archive = writeTar({ path: 'a/b', mode: 0o750, bytes: Buffer.from('text') })
    execFileSync('tar', ['-x', '-C', temporary.folder], { input: archive })
    const file = path.join(temporary.folder, 'a/b')
    expect([readFileSync(file, 'utf8'), statSync(file).mode & 0o777]).toEqual(['text', 0o750])
  })

  it('is one that tar(1) writes, with the file behind other things', async () => {
    using temporary = temporaryFolder()
    const inside = (name: string) => path.join(temporary.folder, name)
    mkdirSync(inside('a'))
    symlinkSync('c', inside('a/b'))
    writeFileSync(inside('a/c'), 'text', { mode: 0o640 })
    const options = ['--format=pax', '--sort=name', '-c', '-C', temporary.folder, 'a']
    const read = await readFirstFile(Readable.from([execFileSync('tar', options)]))
    expect(read).toEqual({ path: 'a/c', mode: 0o640, bytes: Buffer.from('text') })
  })

  it('may have the type in the mode, as Docker writes it', async () => {
    const archive = writeTar({ path: 'a', mode: 0o100755, bytes: Buffer.alloc(0) })
    expect(await readFirstFile(Readable.from([archive]))).toMatchObject({ mode: 0o755 })
  })

  it('may have no file', async () => {
    expect(await readFirstFile(Readable.from([Buffer.alloc(1_024)]))).toBeUndefined()
    expect(await readFirstFile(Readable.from([]))).toBeUndefined()
  })

  it.each([
    ['torn', (bytes: Buffer) => bytes.subarray(0, 600)],
    ['none', (bytes: Buffer) => bytes.fill('x')],
  ])('that is %s is refused', async (_, damage) => {
    const damaged = damage(writeTar({ path: 'a', mode: 0o644, bytes: Buffer.alloc(2_000) }))
    await expect(readFirstFile(Readable.from([damaged]))).rejects.toThrow(RangeError)
  })

  it('takes no path that it can’t hold', () => {
    expect(() => writeTar({ path: 'a'.repeat(101), mode: 0o644, bytes: Buffer.alloc(0) })).toThrow(RangeError)
  })
})
