import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { purserJson, typePurser } from '../support/cli.ts'
import { isGone } from '../support/processes.ts'
import { makeProject } from '../support/project.ts'
import { until } from '../support/until.ts'

interface View {
  readonly run: string
  readonly status: string
  readonly endedAt?: string
}

const rounds = 60
// Percent of what an undisturbed run takes: from before the configuration is read until after it has been settled.
const moments = fc.sample(fc.integer({ min: 5, max: 150 }), rounds)

it(`purser killed at ${rounds} random moments loses no outcome and starts nothing twice`, async () => {
  await using project = makeProject()
  await project.startApp()
  const task = ['sh', '-c', 'echo "$PURSER_RUN" >> effects; sleep 0.05; echo "$PURSER_RUN" >> effects.done']
  const began = performance.now()
  await typePurser(project.folder, ['run', '-e', 'local', '--', ...task]).finished
  const usualMs = performance.now() - began
  for (const moment of moments) {
    const typed = typePurser(project.folder, ['run', '-e', 'local', '--', ...task])
    await pause((moment / 100) * usualMs)
    typed.process.kill('SIGKILL')
    await typed.finished
  }
  const runs = await settled(project.folder)
  const begun = lines(project.folder, 'effects')
  const done = lines(project.folder, 'effects.done')
  for (const { run, status } of runs) {
    const times = begun.filter((id) => id === run).length
    expect([run, status, times]).toEqual([run, status, status === 'succeeded' ? 1 : 0])
    expect(['succeeded', 'lost']).toContain(status)
  }
  expect(begun.toSorted()).toEqual(done.toSorted())
  expect(begun.filter((id) => !runs.some(({ run }) => run === id))).toEqual([])
  expect(runs.filter(({ status }) => status === 'succeeded').length).toBeGreaterThan(0)
  expect(await purserJson<object>(project.folder, ['ledger', 'verify'])).toMatchObject({ ok: true })
  // one that has told the end is about to end itself
  await until(() => supervisorsOf(project.folder).length === 0)
})

async function settled(folder: string): Promise<View[]> {
  for (;;) {
    const runs = await purserJson<View[]>(folder, ['runs', '-n', '1000'])
    if (runs.every(({ endedAt }) => endedAt !== undefined)) return runs
    const open = runs.find(({ endedAt }) => endedAt === undefined)
    await typePurser(folder, ['logs', '-f', String(open?.run)]).finished
  }
}

function lines(folder: string, file: string): string[] {
  return readFileSync(path.join(folder, file), 'utf8').split('\n').filter(Boolean)
}

function supervisorsOf(folder: string): string[] {
  const attempts = path.join(folder, '.purser/attempts')
  return readdirSync(attempts).filter((attempt) => {
    const holder = JSON.parse(readFileSync(path.join(attempts, attempt, 'holder-1.json'), 'utf8'))
    return 'supervisor' in holder && !isGone(holder.supervisor.pid)
  })
}
