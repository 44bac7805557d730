import { execFileSync } from 'node:child_process'
import { hostname, userInfo } from 'node:os'
import type { CommandContext } from '@stricli/core'
import { type LoadedConfig, loadConfig } from '../config/load-config.ts'
import type { LedgerWiring } from '../ledger/ledger.ts'
import type { Context } from '../operations/context.ts'
import type { ProcessIdentity } from '../runs/events.ts'
import { identifyActor } from '../runs/identify-actor.ts'
import { paintNotice } from './terminal/style.ts'

/** What the composition root hands to every command. */
export interface Wired {
  readonly defaultLedger: LedgerWiring
  readonly version: string
  readonly identifySelf: () => Promise<ProcessIdentity>
}

/** What a command is called with, beside its own flags. */
export interface Session extends Wired, CommandContext {
  /** The words after `--`, if there was one. */
  readonly afterDashes: readonly string[] | undefined
}

/** The context of the operations that one command calls, for the configuration of this folder. */
export async function loadContext(wired: Wired, use: Pick<Context, 'readingWillDo'>): Promise<Context> {
  return makeContext(wired, await loadConfig(process.cwd()), use)
}

/** The same for a configuration that has been read. */
export async function makeContext(
  { defaultLedger, identifySelf }: Wired,
  config: LoadedConfig,
  { readingWillDo }: Pick<Context, 'readingWillDo'>,
): Promise<Context> {
  return {
    config,
    readingWillDo,
    defaultLedger,
    // Only what records an actor asks git for one.
    get actor() {
      return identifyActor({
        variables: process.env,
        osUser: userInfo().username,
        host: hostname(),
        ...gitEmail(config.root),
      })
    },
    host: hostname(),
    self: await identifySelf(),
    shell: { ...process.env },
    now: Date.now,
    warn: warnOnce(),
    signal: new AbortController().signal,
  }
}

/** The same sentence comes up for every run that a full disk keeps from the ledger. */
function warnOnce(): Context['warn'] {
  const said = new Set<string>()
  return (sentence) => {
    if (said.has(sentence)) return
    said.add(sentence)
    console.error(paintNotice(sentence))
  }
}

function gitEmail(folder: string): { readonly gitEmail?: string } {
  try {
    const stdio = ['ignore', 'pipe', 'ignore'] as const
    const email = execFileSync('git', ['config', '--get', 'user.email'], { cwd: folder, stdio: [...stdio] })
    return { gitEmail: email.toString('utf8').trim() }
  } catch {
    return {} // no git, or no address in it
  }
}
