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
  }, 300_000)

  it('goes on when the disk is full, and when there is room again, and has its outcome', async () => {
    const namespace = process.getuid?.() === 0 ? ['--mount'] : ['--mount', '--user', '--map-root-user']
    const disk = newFolder()
    const said = await run(['unshare', ...namespace, process.execPath, program('full-disk.ts'), disk])
    const { written, outcome, places, roomFrom, fullFrom, digest } = said
    expect(said.free).toBe(0)
    expect(outcome).toMatchObject({ outcome: { end: 'exited', code: 0 }, output: { bytes: written, digest } })

    // what was kept, each where it was written, and between them gaps that tell how much is missing
    let at = 0
    let [cut, keptWithRoom] = [0, 0]
    for (const { from, length, cut: missing } of places) {
      if (missing === undefined) {
        expect(from).toBe(at)
        keptWithRoom += Math.max(0, Math.min(at + length, fullFrom) - Math.max(at, roomFrom))
      }
      at += length ?? missing
      cut += missing ?? 0
    }
    expect([at, cut]).toEqual([written, outcome.output.cut])
    expect(places[0].length).toBeGreaterThan(1_000_000)
    // at both times when the disk was full something is missing, and nothing is when there was room
    expect(places[0].length).toBeLessThan(roomFrom)
    expect(keptWithRoom).toBeGreaterThanOrEqual(300_000)
    expect(places.at(-1).cut).toBeGreaterThanOrEqual(written - fullFrom)

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
