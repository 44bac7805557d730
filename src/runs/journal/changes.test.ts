import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Changes } from './changes.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'purser-changes-'))
  // without the look now and then, which would hide that nothing was told
  vi.useFakeTimers({ toFake: ['setTimeout'] })
})
afterEach(() => {
  vi.useRealTimers()
  rmSync(folder, { recursive: true })
})

describe('changes in a folder', () => {
  it('wake whoever waits, also when they came before', async () => {
    const changes = new Changes(folder, undefined)
    const next = changes.next()
    writeFileSync(path.join(folder, 'file'), '1')
    await next
    writeFileSync(path.join(folder, 'file'), '2')
    await changes.next()
    changes.close()
  })

  it('are no longer waited for when the signal is aborted', async () => {
    const controller = new AbortController()
    const changes = new Changes(folder, controller.signal)
    const next = changes.next()
    controller.abort()
    await expect(next).resolves.toBeUndefined()
    await changes.next()
    changes.close()
  })

  it('are looked for now and then, should the system tell nothing', async () => {
    const changes = new Changes(path.join(folder, 'absent'), undefined)
    const next = changes.next()
    await vi.advanceTimersByTimeAsync(50)
    await expect(next).resolves.toBeUndefined()
    changes.close()
  })
})
