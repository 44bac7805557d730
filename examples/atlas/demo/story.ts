import { expect } from './expect.ts'
import { expectStatus, latestRun } from './records.ts'
import type { Scene } from './scene.ts'

const local = ['-e', 'local'] as const
const aPlace = / places: /

const lookAround: Scene = {
  title: 'What is here',
  narration:
    'purser.config.ts says where Atlas runs. Purser checks it, connects to everything, and lists the tasks.',
  async play({ terminal }) {
    await terminal.type(['check'])
    await terminal.type(['tasks', ...local])
  },
}

const loadPlaces: Scene = {
  title: 'A one-off script',
  narration:
    "It runs as Atlas's twin: same code, same variables. Like many scripts it prints its DATABASE_URL; see its password.",
  async play({ terminal, stack }) {
    await terminal.type(['run', 'load-places', ...local, '--reason', 'First load'])
    const { run } = await latestRun(terminal, 'load-places')
    const log = await terminal.ask(['logs', run])
    expect(log.includes('postgres://atlas:'), 'The log has the line with the database in it.')
    expect(!log.includes(stack.credentials.atlas), 'The log has no password in it.')
  },
}

const migrate: Scene = {
  title: 'A migration',
  narration:
    'Plain SQL, through dbmate: a column and an index. The shell has a DATABASE_URL of its own; only that of Atlas counts.',
  async play({ terminal }) {
    const variables = { DATABASE_URL: 'postgres://laptop/scratch' }
    await terminal.type(['run', 'migrate', ...local], { variables })
    const { notices } = await latestRun(terminal, 'migrate')
    expect(
      notices.join().includes('DATABASE_URL'),
      'Purser says that it ignores the DATABASE_URL of the shell.',
    )
  },
}

const reportCountries: Scene = {
  title: 'A command in another language',
  narration: 'An awk program, with a parameter that TypeScript has checked.',
  play: ({ terminal }) => terminal.type(['run', 'country-report', ...local, '--param', 'top=5']),
}

const mistype: Scene = {
  title: 'A mistake',
  narration: 'Everything that is wrong is said at once, before anything starts.',
  async play({ terminal }) {
    const mistaken = ['run', 'load-places', ...local, '--param', 'limit=lots', '--param', 'contry=CH']
    await terminal.type(mistaken, { exits: 80 })
    const { refusals } = await latestRun(terminal, 'load-places')
    const said = refusals.map(({ message }) => message).join()
    for (const word of ['limit', 'contry', 'country'])
      expect(said.includes(`"${word}"`), `It names "${word}".`)
  },
}

const cancel: Scene = {
  title: 'A change of mind',
  narration: 'A run that was started in the background, watched for a while, and cancelled while it works.',
  async play({ terminal }) {
    await terminal.type(['run', 'reindex-search', ...local, '--detach'])
    const { run } = await latestRun(terminal, 'reindex-search')
    const watching = terminal.open(['logs', '-f', run])
    await watching.printed(aPlace)
    await watching.interrupt()
    await terminal.type(['cancel', run, '--reason', 'Tonight is better'])
    await expectStatus(terminal, run, 'cancelled')
  },
}

const kill: Scene = {
  title: 'An accident',
  narration:
    'The terminal dies while its run is at work. The run does not: the next command finds it, and follows it.',
  async play({ terminal }) {
    const typed = terminal.open(['run', 'reindex-search', ...local])
    await typed.printed(aPlace)
    await typed.kill()
    await terminal.type(['runs'])
    const { run } = await latestRun(terminal, 'reindex-search')
    await terminal.type(['logs', '-f', run])
    await expectStatus(terminal, run, 'succeeded')
  },
}

const lookBack: Scene = {
  title: 'On record',
  narration: 'Who ran what, when, why and how it ended; each event is chained to the one before it.',
  async play({ terminal }) {
    const cancelled = await latestRun(terminal, 'reindex-search', 'cancelled')
    const loaded = await latestRun(terminal, 'load-places', 'succeeded')
    await terminal.type(['runs'])
    await terminal.type(['show', cancelled.run])
    await terminal.type(['logs', loaded.run])
    await terminal.type(['ledger', 'verify'])
  },
}

/** What `npm start` shows, in its order. */
export const scenes: readonly Scene[] = [
  lookAround,
  loadPlaces,
  migrate,
  reportCountries,
  mistype,
  cancel,
  kill,
  lookBack,
]
