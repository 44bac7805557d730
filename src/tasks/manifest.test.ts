import { expect, it } from 'vitest'
import { defineScript } from './define.ts'
import { describeTask } from './manifest.ts'

const task = (limits: object) =>
  describeTask(defineScript({ name: 'hello', summary: 'Says hello.', run: () => {}, ...limits }), 'hello.ts')

it.each([
  ['timeoutMs', 30 * 24 * 3_600_000],
  ['timeoutMs', '90s'],
  ['timeoutMs', -1],
  ['graceMs', Number.POSITIVE_INFINITY],
  ['graceMs', Number.NaN],
])('refuses a %s of %s, which a timer would take for none', (name, ms) => {
  expect(() => task({ [name]: ms })).toThrow(`Its ${name} is ${ms}; it is a whole number of milliseconds`)
})

it('takes a grace of none, and the longest time limit', () => {
  expect(task({ graceMs: 0, timeoutMs: 2 ** 31 - 1 })).toMatchObject({ graceMs: 0, timeoutMs: 2 ** 31 - 1 })
})
