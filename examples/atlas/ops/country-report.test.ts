import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const program = join(import.meta.dirname, 'country-report.awk')

function report(top: number, extract: string): string[] {
  const argv = ['-v', `top=${top}`, '-f', program]
  return execFileSync('awk', argv, { input: extract, encoding: 'utf8', stdio: 'pipe' }).trimEnd().split('\n')
}

it('lists the countries with the most places first, each with its largest place', () => {
  const extract = [
    'LI\tLiechtenstein\t5197\tVaduz',
    'CH\tSwitzerland\t341730\tZürich',
    'CH\tSwitzerland\t183981\tGenève',
    'AD\tAndorra\t1052\tEl Tarter',
    'AD\tAndorra\t20430\tAndorra la Vella',
    'AD\tAndorra\t0\tArinsal',
  ]
  expect(report(2, `${extract.join('\n')}\n`)).toEqual([
    '  places       people  country (its largest place)',
    '       3        21482  Andorra (Andorra la Vella)',
    '       2       525711  Switzerland (Zürich)',
    '       6 places in 3 countries',
  ])
})

it('fails on an extract without places', () => {
  expect(() => report(2, '')).toThrow('The extract is empty: run load-places first.')
})
