import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../../../test/support/temporary-folder.ts'
import { tunnel } from './tunnel.ts'

let temporary: ReturnType<typeof temporaryFolder>
let bin: string

beforeEach(() => {
  temporary = temporaryFolder()
  bin = path.join(temporary.folder, 'bin')
  mkdirSync(bin)
})

afterEach(() => temporary[Symbol.dispose]())

function start(host: string, port: number) {
  return spawn('/bin/sh', ['-c', tunnel, 'sh', host, String(port), '20'], { env: { PATH: bin } })
}

async function printedBy(tunnelled: ReturnType<typeof start>): Promise<string> {
  let printed = ''
  tunnelled.stdout.on('data', (chunk) => {
    printed += chunk
  })
  tunnelled.stdin.end()
  await once(tunnelled, 'close')
  return printed.trim()
}

function program(name: string, script: string): void {
  writeFileSync(path.join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
}

describe('a netcat', () => {
  const openBsd =
    'if [ "$1" = -h ]; then printf "\\t-n\\t\\tNumeric\\n\\t-N\\t\\tShutdown\\n" >&2; exit 1; fi'

  it('is told to close when its input ends, where it has to be told', async () => {
    program('nc', `${openBsd}; echo nc "$@"`)
    expect(await printedBy(start('db', 5432))).toBe('nc -N db 5432')
  })

  it('is not told what it does not know', async () => {
    program('nc', 'if [ "$1" = -h ]; then echo "-n no names; Usage: nc [-NOTHING]"; exit 1; fi; echo nc "$@"')
    expect(await printedBy(start('db', 5432))).toBe('nc db 5432')
  })

  it('does not outlive its limit, where there is one who ends it', async () => {
    program('nc', 'echo nc "$@"')
    program('timeout', 'if [ "$2" != true ]; then echo limit "$1"; fi; shift; "$@"')
    symlinkSync('/bin/true', path.join(bin, 'true'))
    expect(await printedBy(start('db', 5432))).toBe('limit 20\nnc db 5432')
  })
})

describe('a node in its place', () => {
  it('ends with its input, also where the server says nothing', async () => {
    symlinkSync(process.execPath, path.join(bin, 'node'))
    await using server = createServer(() => {}).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const tunnelled = start('127.0.0.1', (server.address() as AddressInfo).port)
    const [socket] = await once(server, 'connection')
    tunnelled.stdin.end()
    expect(await once(tunnelled, 'close')).toEqual([0, null])
    socket.destroy()
  })
})

it('says that there is neither', async () => {
  const tunnelled = start('db', 5432)
  expect(await once(tunnelled, 'close')).toEqual([69, null])
})
