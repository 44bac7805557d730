import { setTimeout as sleep } from 'node:timers/promises'
import { withDatabase } from '../database.ts'
import type { Stack } from '../dev/stack.ts'
import { readWorld } from '../world.ts'
import { expect } from './expect.ts'
import { expectStatus, latestRun, lookAt } from './records.ts'
import type { Scene } from './scene.ts'
import type { Terminal } from './terminal.ts'

const local = ['-e', 'local'] as const
const batch = 'order-signs'
const enough = 20_000
const lookEveryMs = 50
// The one name of all that is longer than a sign.
const tooLong = { id: 11_189_102, shorter: 'Klyazminskoye' }

const prepare: Scene = {
  title: 'Places, and a table for signs',
  narration: 'Every place is to have a town sign. A sign that is ordered twice is paid for twice.',
  async play({ terminal }) {
    await terminal.type(['run', 'load-places', ...local])
    await terminal.type(['run', 'migrate', ...local])
  },
}

const tryOut: Scene = {
  title: 'A look before anything happens',
  narration: 'One slice is done and rolled back.',
  async play({ terminal, stack }) {
    await terminal.type(['run', batch, ...local, '--dry-run'])
    expect((await countSigns(stack)).signs === 0, 'A dry run orders nothing.')
  },
}

const kill: Scene = {
  title: 'Two workers, and an accident',
  narration:
    'In the middle, the process that leads the batch is killed. The run rests; what is done stays done.',
  async play({ terminal, stack }) {
    const typed = terminal.open(['run', batch, ...local, '--workers', '2', '--reason', 'New signs'])
    const lead = await untilEnough(terminal, stack)
    terminal.killProcess(lead)
    await typed.ends(86)
    const { run } = await latestRun(terminal, batch)
    await expectStatus(terminal, run, 'paused')
    await terminal.type(['runs'])
  },
}

const resume: Scene = {
  title: 'It goes on where it was',
  narration: 'A new lead goes on from what is recorded as done; workers that are still there help it.',
  async play({ terminal }) {
    const { run } = await latestRun(terminal, batch)
    await terminal.type(['resume', run])
    await terminal.type(['buried', run])
    const buried = await terminal.ask(['buried', run, '--json'])
    expect(buried.includes(`"${tooLong.id}"`), 'The longest name is set aside.')
  },
}

const replay: Scene = {
  title: 'One row that could not be done',
  narration: 'Its name is longer than a sign. It was tried, then set aside, while all others went on.',
  async play({ terminal }) {
    const { run } = await latestRun(terminal, batch)
    const renamed = ['--param', `id=${tooLong.id}`, '--param', `name=${tooLong.shorter}`]
    await terminal.type(['run', 'rename-place', ...local, ...renamed])
    await terminal.type(['replay', run, '--reason', 'The name fits now'])
    await terminal.type(['buried', run])
  },
}

/** What `npm run demo:batch` shows, in its order. */
export const scenes: readonly Scene[] = [prepare, tryOut, kill, resume, replay]

/** That each place has one sign, neither none nor two. */
export async function checkSigns(stack: Stack): Promise<string> {
  const places = (await readWorld({})).length
  const { signs, signed } = await countSigns(stack)
  expect(signed === places, `Each of the ${places} places has a sign; ${signed} have.`)
  expect(signs === places, `No place has two signs; there are ${signs} signs for ${signed} places.`)
  return `${places.toLocaleString('en')} places have one sign each: none was left out, and none has two.`
}

/** Waits until the batch is well under way. Returns the process that leads it. */
async function untilEnough(terminal: Terminal, stack: Stack): Promise<number> {
  while ((await countSigns(stack)).signs < enough) {
    terminal.throwIfInterrupted()
    await sleep(lookEveryMs)
  }
  const { run } = await latestRun(terminal, batch)
  const pid = (await lookAt(terminal, run)).attempts.at(-1)?.pid
  if (pid === undefined) throw new Error(`Run ${run} has no process.`)
  return pid
}

async function countSigns({
  databaseUrl,
}: Stack): Promise<{ readonly signs: number; readonly signed: number }> {
  const { rows } = await withDatabase(databaseUrl, (database) =>
    database.query('select count(*)::integer as signs, count(distinct place)::integer as signed from signs'),
  )
  return rows[0]
}
