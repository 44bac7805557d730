import { existsSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../../../../test/support/temporary-folder.ts'
import { starter } from '../labels.ts'
import { makeWayFolder, sweepWayFolders } from './folders.ts'

it('removes the folders of the dead, and no others', () => {
  using temporary = temporaryFolder()
  sweepWayFolders(temporary.folder) // there are none
  const alive = makeWayFolder(temporary.folder)
  const [pid, , boot] = starter().split(':')
  const dead = path.join(path.dirname(alive), `${pid}:1:${boot}:some`)
  mkdirSync(dead)
  sweepWayFolders(temporary.folder)
  expect([alive, dead].map((folder) => existsSync(folder))).toEqual([true, false])
})
