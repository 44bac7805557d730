import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, describe, expect, it } from 'vitest'

const root = mkdtempSync(path.join(tmpdir(), 'purser-journal-'))
afterAll(() => rmSync(root, { recursive: true }))
const newFolder = () => mkdtempSync(path.join(root, 'a-'))

describe('a journal at its limits', () => {
  it('takes 500 MB in little memory', async () => {
    const folder = newFolder()
    const { grown, bytes, cut } = await run([process.execPath, program('flood.ts'), folder, '500'])
    expect(bytes).toBeGreaterThan(450_000_000)
    expect(bytes - cut).toBeLessThan(53_000_000)
    expect(grown).toBeLessThan(200)
  })

  it('goes on when the disk is full, and when there is room again, and has its outcome', async () => {
    const namespace = process.getuid?.() === 0 ? ['--mount'] : ['--mount', '--user', '--map-root-user']
    const disk = newFolder()
    const said = await run(['unshare', ...namespace, process.execPath, program('full-disk.ts'), disk])
    const { written, outcome, places, digest } = said
    expect(said.free).toBe(0)
    expect(outcome).toMatchObject({ outcome: { end: 'exited', code: 0 }, output: { bytes: written, digest } })

    // the beginning, a gap, what came while there was room, a gap
    const [first, gap, second, end] = places
    expect(places).toHaveLength(4)
    expect(first).toEqual({ from: 0, length: expect.any(Number) })
    expect(first.length).toBeGreaterThan(1_000_000)
    expect(second.from).toBe(first.length + gap.cut)
    expect(second.length).toBeGreaterThanOrEqual(300_000)
    expect(second.from + second.length + end.cut).toBe(written)
    expect(outcome.output.cut).toBe(gap.cut + end.cut)

    expect(said.refusal).toMatchObject({ code: 'ATTEMPT_NOT_STARTED', remedy: expect.any(String) })
    expect(said.lost).toMatchObject({ kind: 'outcome', cursor: 1, outcome: { end: 'lost' } })
    expect(readdirSync(disk)).toEqual([])
  })
})

function program(name: string): string {
  return path.join(import.meta.dirname, 'journal', name)
}

/** What a program prints as JSON. */
async function run([command = '', ...args]: readonly string[]) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  return JSON.parse(await text(child.stdout))
}
