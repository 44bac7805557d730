import { expect, it } from 'vitest'
import { starter } from '../labels.ts'
import { isStarterDead } from './sweep.ts'

const now = () => Math.floor(Date.now() / 1_000)
const [pid, ticks, boot] = starter().split(':')

it.each([
  ['this process', `${pid}:${ticks}:${boot}`, 0, false],
  ['a process that had its number before', `${pid}:1:${boot}`, 0, true],
  ['one of another boot, just now', `${pid}:${ticks}:other`, 10, false],
  ['one of another boot, long ago', `${pid}:${ticks}:other`, 4_000, true],
])('%s', (_, label, ageSeconds, isDead) => {
  expect(isStarterDead(label, now() - ageSeconds)).toBe(isDead)
})
