import { expect, it } from 'vitest'
import { describeProblem } from './problems.ts'

const nothingHidden = () => false

it.each(['constructor', '__proto__', 'toString.name'])('takes "%s" for a name like any other', (path) => {
  expect(describeProblem({ path, message: 'Required' }, {}, null, nothingHidden)).toBe(
    `Parameter "${path}" is missing: Required.`,
  )
})
