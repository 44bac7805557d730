import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { differingLimits, isLower, parseLimits } from './limits.ts'

const text = `Limit                     Soft Limit           Hard Limit           Units
Max cpu time              unlimited            unlimited            seconds
Max open files            1024                 524288               files
Max nice priority         0                    0
`

describe('limits', () => {
  it('are read from the kernel’s columns', () => {
    expect(parseLimits(text)).toEqual(
      new Map([
        ['cpu', { soft: 'unlimited', hard: 'unlimited' }],
        ['nofile', { soft: '1024', hard: '524288' }],
        ['nice', { soft: '0', hard: '0' }],
      ]),
    )
  })

  it('are all sixteen that this kernel has', () => {
    expect(parseLimits(readFileSync('/proc/self/limits', 'utf8')).size).toBe(16)
  })

  it('are set only where they differ', () => {
    const wanted = parseLimits(text)
    const current = new Map([...wanted, ['nofile', { soft: '20000', hard: '524288' }]])
    expect([...differingLimits(wanted, current).keys()]).toEqual(['nofile'])
  })

  it('may be lowered by anybody', () => {
    const unlimited = { soft: 'unlimited', hard: 'unlimited' }
    const some = { soft: '10', hard: '20' }
    expect(isLower(some, unlimited)).toBe(true)
    expect(isLower(unlimited, some)).toBe(false)
  })
})
