import { describe, expect, it } from 'vitest'
import { parseSources, readTexts, type Sources, withoutTests } from './sources.ts'

const sources = parseSources(readTexts())

describe('files', () => {
  it('have at most 400 lines', () => {
    expect(longerThan(400, sources)).toEqual([])
  })

  it('have at most 80 lines in the median', () => {
    expect(medianLines(withoutTests(sources))).toBeLessThanOrEqual(80)
  })

  it('are measured right', () => {
    const files = { 'core/a.ts': '1\n', 'core/b.ts': '1\n2\n3\n', 'core/c.ts': '1\n2\n3\n4\n5\n' }
    expect(medianLines(parseSources(files))).toBe(3)
    expect(longerThan(4, parseSources(files))).toEqual(['core/c.ts: 5 lines'])
  })
})

describe('names', () => {
  it('never say "job", whose meaning varies across the field', () => {
    expect(namesWithJob(sources)).toEqual([])
  })

  it('are searched in every form', () => {
    const files = {
      'core/a.ts': `const jobId = 1; type Job = 2; class A { #runJobs = 3 }; let cron_job = { JOB: 4 }`,
      'core/b.ts': `import { jobs } from './a.ts'; export const jobless = jobs, object = jobs, Jobson = 1`,
    }
    expect(namesWithJob(parseSources(files))).toEqual([
      'core/a.ts: jobId',
      'core/a.ts: Job',
      'core/a.ts: runJobs',
      'core/a.ts: cron_job',
      'core/a.ts: JOB',
      'core/b.ts: jobs',
    ])
  })
})

function longerThan(limit: number, files: Sources): readonly string[] {
  const long = [...files.values()].filter(({ lines }) => lines > limit)
  return long.map(({ path, lines }) => `${path}: ${lines} lines`)
}

function medianLines(files: Sources): number {
  const sorted = [...files.values()].map(({ lines }) => lines).sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}

function namesWithJob(files: Sources): readonly string[] {
  return [...files.values()].flatMap(({ path, identifiers }) =>
    [...identifiers].filter(hasWordJob).map((name) => `${path}: ${name}`),
  )
}

/** Whether one of the words of a camelCase, PascalCase or SNAKE_CASE name is "job" or "jobs". */
function hasWordJob(name: string): boolean {
  const words = name.replace(/([a-z\d])([A-Z])/g, '$1_$2').split('_')
  return words.some((word) => /^jobs?$/i.test(word))
}
