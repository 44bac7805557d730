import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { BatchProject } from '../support/batches/local.ts'
import { isFull } from './batches/how-much.ts'
import { findProcesses, type Role } from './batches/processes.ts'

const rows = isFull ? 10_000_000 : 200_000
const lookEveryMs = isFull ? 1_000 : 200
const megabyte = 1_024

/** What a process had resident, in kB, at each look. */
interface Watched {
  readonly role: Role
  readonly resident: number[]
}

it(`${rows} rows are done once, and neither their lead nor its two workers grow over it`, async () => {
  await using batches = await BatchProject.start()
  await batches.fill(rows)
  const watched = new Map<number, Watched>()
  const watching = setInterval(() => look(batches.project.folder, watched), lookEveryMs)
  const began = performance.now()
  const { code } = await batches.run('count', '--workers', '2')
  clearInterval(watching)
  const seconds = Math.round((performance.now() - began) / 1_000)
  expect(code).toBe(0)
  expect(await batches.applied()).toEqual({ 1: rows })

  const lead = (await batches.runs()).find(({ kind }) => kind === 'batch')?.attempts[0]?.pid ?? 0
  expect(watched.has(lead)).toBe(true)
  const workers = [...watched.values()].filter(({ role }) => role === 'worker')
  expect(workers).toHaveLength(2)
  for (const { role, resident } of [watched.get(lead), ...workers].filter((found) => found !== undefined)) {
    console.log(`${role}: ${tell(resident)}, in ${seconds} s`)
    expect(resident.length).toBeGreaterThan(4)
    expect(Math.max(...resident)).toBeLessThan(250 * megabyte)
    // a young process still grows into its heap
    if (isFull) expect(highest(resident, 3)).toBeLessThanOrEqual(highest(resident, 1) + 16 * megabyte)
  }
}, 3_600_000)

function look(folder: string, watched: Map<number, Watched>): void {
  for (const { pid, role } of findProcesses(folder)) {
    const resident = residentOf(pid)
    if (resident === undefined) continue
    if (!watched.has(pid)) watched.set(pid, { role, resident: [] })
    watched.get(pid)?.resident.push(resident)
  }
}

function residentOf(pid: number): number | undefined {
  try {
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
  } catch {
    return undefined // it has ended
  }
}

/** The most in one quarter of the time, counted from 0. */
function highest(resident: readonly number[], quarter: number): number {
  const from = (at: number) => Math.floor((resident.length * at) / 4)
  return Math.max(...resident.slice(from(quarter), from(quarter + 1)))
}

function tell(resident: readonly number[]): string {
  const quarters = [0, 1, 2, 3].map((quarter) => (highest(resident, quarter) / megabyte).toFixed(1))
  return `at most ${quarters.join(', ')} MB in the quarters of ${resident.length} looks`
}
