import { expect, it } from 'vitest'
import { Holdings } from './holdings.ts'

it('lets go of the last first, also where one fails, and tells the first failure', async () => {
  const gone: number[] = []
  const holdings = new Holdings()
  const one = { [Symbol.asyncDispose]: async () => void gone.push(1) }
  expect(holdings.use(one)).toBe(one)
  for (const number of [2, 3])
    holdings.defer(() => {
      gone.push(number)
      throw new Error(`${number} failed`)
    })
  await expect(holdings[Symbol.asyncDispose]()).rejects.toThrow('3 failed')
  expect(gone).toEqual([3, 2, 1])
})

it('has nothing to let go of once that was handed over', async () => {
  const gone: string[] = []
  const holdings = new Holdings()
  holdings.defer(() => void gone.push('it'))
  const moved = holdings.move()
  await holdings[Symbol.asyncDispose]()
  expect(gone).toEqual([])
  await moved[Symbol.asyncDispose]()
  await moved[Symbol.asyncDispose]()
  expect(gone).toEqual(['it'])
})
