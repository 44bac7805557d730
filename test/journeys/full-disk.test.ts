import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { purserProgram } from '../support/cli.ts'
import { makeProject, type Project } from '../support/project.ts'

/** Types a shell line where `.purser` is a disk of so many kilobytes; `purser` is ours. */
function onDiskOf(kilobytes: number, { folder }: Project, line: string, files = 10_000) {
  mkdirSync(path.join(folder, '.purser'), { recursive: true })
  const namespace = process.getuid?.() === 0 ? ['--mount'] : ['--mount', '--user', '--map-root-user']
  const mount = `mount -t tmpfs -o size=${kilobytes}k,nr_inodes=${files} tmpfs .purser || exit 99`
  const script = `${mount}; node=$1; program=$2; purser() { "$node" "$program" "$@"; }; ${line}`
  return spawnSync('unshare', [...namespace, 'sh', '-c', script, 'sh', process.execPath, purserProgram], {
    cwd: folder,
    encoding: 'utf8',
  })
}

const smallQuota = `import { defineConfig } from 'purser'
import { local } from 'purser/presets'
export default defineConfig({ environments: { local: {
  services: { web: { executor: local({ pidFile: 'app.pid' }) } }, outputQuota: 1_000_000,
} } })`

it('a disk without room for a run refuses it before anything starts', async () => {
  await using project = makeProject()
  await project.startApp()
  const { status, stderr } = onDiskOf(8_000, project, 'purser run -e local -- touch ran')
  expect([status, stderr]).toEqual([81, expect.stringContaining('NO_ROOM')])
  expect(existsSync(path.join(project.folder, 'ran'))).toBe(false)
})

it('a disk that can’t take the ledger stops a run before anything starts', async () => {
  await using project = makeProject()
  await project.startApp()
  const { status, stderr } = onDiskOf(8, project, 'purser run -e local -- touch ran')
  expect([status, stderr]).toEqual([80, expect.stringContaining('LEDGER_UNWRITABLE')])
  expect(existsSync(path.join(project.folder, 'ran'))).toBe(false)
})

it('a disk that fills up during a run harms neither the task nor its record', async () => {
  await using project = makeProject()
  project.write('purser.config.ts', smallQuota)
  await project.startApp()
  const fill =
    'head -c 100000000 /dev/zero > .purser/fill; for i in 1 2 3; do echo line $i; done; echo done > effect; exit 5'
  const { status, stdout, stderr } = onDiskOf(
    16_000,
    project,
    `purser run -e local -- sh -c '${fill}'; echo "code $?"; purser runs --json; purser logs last; rm .purser/fill; purser runs --json; purser ledger verify`,
  )
  expect(existsSync(path.join(project.folder, 'effect'))).toBe(true)
  expect(stdout.match(/"status":"failed"/g)).toHaveLength(2) // told while the disk was full, and when it no longer was
  expect(stdout).toContain('line 3\ncode 5\n') // the task's own, though the ledger could not take its end
  expect(stderr).toContain('recorded by a later command')
  expect(stdout).toContain('one unbroken chain')
  expect([status, stderr]).toEqual([0, expect.not.stringContaining('report it')])
})

it('a disk that is full keeps nobody from cancelling what fills it', async () => {
  await using project = makeProject()
  project.write('purser.config.ts', smallQuota)
  await project.startApp()
  const fill = 'head -c 100000000 /dev/zero > .purser/fill; echo full > full; sleep 600'
  const { stdout, stderr } = onDiskOf(
    16_000,
    project,
    `mkfifo full; purser run -e local --detach -- sh -c '${fill}'; read x < full; purser cancel last; rm .purser/fill; purser runs --json`,
  )
  expect(stdout).toContain('"status":"cancelled"')
  expect(stderr).toContain('known dead')
})

it('a disk without room for more files refuses a run before anything starts', async () => {
  await using project = makeProject()
  await project.startApp()
  const { status, stderr } = onDiskOf(100_000, project, 'purser run -e local -- touch ran', 100)
  expect([status, stderr]).toEqual([81, expect.stringMatching(/more files.*NO_ROOM/s)])
  expect(existsSync(path.join(project.folder, 'ran'))).toBe(false)
})
