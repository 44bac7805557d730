import { type Application, buildApplication, buildCommand, buildRouteMap, text_en } from '@stricli/core'
import type { Refusal } from '../core/errors.ts'
import { suggest } from '../core/text.ts'
import type { Session, Wired } from './session.ts'
import { asJson, describeRefusal } from './terminal/report-error.ts'
import { usageRefusal } from './usage-error.ts'

type Command = Parameters<typeof buildRouteMap<string, Session>>[0]['routes'][string]

/** Every command: what it is for, and its file, loaded when it is typed. */
const commands: Readonly<Record<string, { brief: string; load: () => Promise<{ command: Command }> }>> = {
  init: { brief: 'Write a configuration and a first task', load: () => import('./commands/init.ts') },
  check: {
    brief: 'Validate the configuration, and connect to services, ledgers and databases',
    load: () => import('./commands/check.ts'),
  },
  tasks: {
    brief: 'List the tasks of the release that serves now',
    load: () => import('./commands/tasks.ts'),
  },
  run: {
    brief: 'Run a task, or a command, in the release that serves now',
    load: () => import('./commands/run.ts'),
  },
  rehearse: {
    brief: 'Rehearse a migration on a clone of production',
    load: () => import('./commands/rehearse.ts'),
  },
  parity: {
    brief: 'Compare the app with a twin of it, without running anything',
    load: () => import('./commands/parity.ts'),
  },
  runs: { brief: 'List the newest runs', load: () => import('./commands/runs.ts') },
  show: { brief: 'Show all that is known of a run', load: () => import('./commands/show.ts') },
  logs: { brief: "Print a run's output, as it was kept", load: () => import('./commands/logs.ts') },
  cancel: { brief: 'Stop a run, with all that it started', load: () => import('./commands/cancel.ts') },
  worker: {
    brief: 'Work on the slices of whatever batches are open, until told to stop',
    load: () => import('./commands/worker.ts'),
  },
  pause: {
    brief: 'Let a batch rest: no new slice starts, wherever its workers are',
    load: () => import('./commands/pause.ts'),
  },
  resume: { brief: 'Let a batch that rests go on where it was', load: () => import('./commands/resume.ts') },
  buried: {
    brief: 'List the rows that a batch could not do, each with its error',
    load: () => import('./commands/buried.ts'),
  },
  replay: {
    brief: 'Do the buried rows of a batch again, and what else it left undone',
    load: () => import('./commands/replay.ts'),
  },
  clone: {
    brief: 'List and drop the clones of databases that rehearsals use',
    load: () => import('./commands/clone.ts'),
  },
  ledger: {
    brief: 'Verify, export and take the head of the record of all runs',
    load: () => import('./commands/ledger.ts'),
  },
  completion: {
    brief: 'Print what teaches a shell to complete commands, environments, tasks and runs',
    load: () => import('./commands/completion.ts'),
  },
}

/** All commands, of which only the one that was typed is loaded. */
export async function buildFor(
  chosen: string | undefined,
  { version }: Wired,
): Promise<Application<Session>> {
  const routes: Record<string, Command> = {}
  for (const [name, { brief, load }] of Object.entries(commands)) {
    routes[name] = name === chosen ? (await load()).command : onlyListed(brief)
  }
  return buildApplication(buildRouteMap({ routes, docs: rootDocs }), {
    name: 'purser',
    versionInfo: { currentVersion: version },
    scanner: { caseStyle: 'allow-kebab-for-camel' },
    documentation: { disableAnsiColor: process.env.NO_COLOR !== undefined || !process.stdout.isTTY },
    localization: { text: { ...text, ...unknownCommand(chosen, routes) } },
  })
}

const text: typeof text_en = {
  ...text_en,
  // Left to `main`, which knows our errors from the users'.
  exceptionWhileRunningCommand: (error: unknown): string => {
    throw error
  },
  exceptionWhileParsingArguments: (error: unknown): string => sayRefusal(usageRefusal(error)),
}

/** What is said of a command that does not exist, or of one in a group, such as `clone`. */
function unknownCommand(
  chosen: string | undefined,
  routes: Readonly<Record<string, Command>>,
): Pick<typeof text_en, 'noCommandRegisteredForInput'> {
  const found = chosen === undefined ? undefined : routes[chosen]
  const isGroup = found !== undefined && 'getAllEntries' in found
  const names = isGroup ? found.getAllEntries().map(({ name }) => name.original) : Object.keys(commands)
  const group = isGroup ? `${chosen} ` : ''
  return {
    noCommandRegisteredForInput: ({ input }) =>
      sayRefusal({
        code: 'USAGE',
        message: `There is no command "${group}${input}". ${suggest(input, names, 'commands')}`,
        remedy: `\`purser ${group}--help\` lists them.`,
      }),
  }
}

/** For people, the text that Stricli prints to stderr; for programs, JSON on stdout. */
function sayRefusal(refusal: Refusal): string {
  if (!process.argv.includes('--json')) return describeRefusal(refusal)
  console.log(JSON.stringify({ error: asJson(refusal) }))
  return ''
}

const rootDocs = {
  brief: "Runs a team's admin processes: in the release that serves now, held to account, on the record",
  fullDescription: `Runs a team's admin processes (migrations, scripts, commands) in the release and environment that the app is running now, and keeps a record that nobody can edit unseen.

  purser init
  purser run load-places -e local --param country=CH
  purser logs -f last`,
}

function onlyListed(brief: string): Command {
  return buildCommand<object, [], Session>({ parameters: {}, docs: { brief }, func: () => {} })
}
