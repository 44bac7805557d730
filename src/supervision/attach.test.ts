import { existsSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import path from 'node:path'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { attachTo } from './attach.ts'
import { takeHold } from './holder.ts'
import { SupervisedExecution } from './supervised-execution.ts'

const salvage = () => Promise.reject(new Error('There is nothing to salvage.'))
const ended = { pid: 2 ** 22 - 1, startedTicks: 1, boot: 'another' }

it('says nothing of an attempt that another machine holds in a folder that both see', async () => {
  using temporary = temporaryFolder()
  takeHold(temporary.folder, { supervisor: ended, graceMs: 0, details: {}, generation: 1 })
  const attempt = { id: 'r.1', host: `not-${hostname()}`, starter: ended }
  expect(await attachTo(attempt, temporary.folder, salvage)).toBe('unreachable')
  expect(existsSync(path.join(temporary.folder, 'outcome.json'))).toBe(false)
})

it('leaves to another machine what it may be about to start', async () => {
  using temporary = temporaryFolder()
  const attempt = { id: 'r.1', host: `not-${hostname()}`, starter: ended }
  expect(await attachTo(attempt, temporary.folder, salvage)).toBe('unreachable')
  expect(existsSync(path.join(temporary.folder, 'holder-1.json'))).toBe(false)
})

it('takes a look that a loss of power left empty for none', async () => {
  using temporary = temporaryFolder()
  writeFileSync(path.join(temporary.folder, 'look.json'), '')
  expect(await new SupervisedExecution(temporary.folder, salvage).look()).toEqual({})
})
