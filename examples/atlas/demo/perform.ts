import { styleText } from 'node:util'
import { claimAtlas } from '../dev/claim.ts'
import { endLeftovers, findProcesses } from '../dev/processes.ts'
import { startStack } from '../dev/stack.ts'
import type { Story } from './scene.ts'
import { Terminal } from './terminal.ts'

const limitMs = 180_000

/**
 * Starts Atlas, types a story's commands as a user would, checks what became of it, and leaves no process behind. The
 * exit code is 0 when everything was as it should be, else 1.
 */
export async function performDemo(story: Story): Promise<void> {
  const interruption = new AbortController()
  const interrupt = (sentence: string) => interruption.abort(new Error(sentence))
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => interrupt(`The demo was interrupted by ${signal}.`))
  }
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', () => interrupt('Nobody reads what the demo prints.'))
  }
  setTimeout(interrupt, limitMs, `The demo took longer than ${limitMs / 1_000} s.`).unref()
  try {
    await claimAtlas({ fresh: true })
    console.log(`\n${styleText('green', '✔')} ${await performOnce(story, interruption.signal)}`)
    console.log(styleText('dim', '  To play with it by hand: examples/atlas/README.md'))
  } catch (error) {
    const { message } = (interruption.signal.reason ?? error) as Error
    console.error(`\n${styleText('red', '✖', { stream: process.stderr })} ${message}`)
    process.exitCode = 1
  }
}

async function performOnce(story: Story, signal: AbortSignal): Promise<string> {
  try {
    const began = performance.now()
    const result = await perform(story, signal)
    const left = await findProcesses()
    if (left.length > 0) throw new Error(`Left behind: ${left.map(({ command }) => command).join(', ')}`)
    return `${result} All in ${Math.round((performance.now() - began) / 1_000)} s; nothing is left running.`
  } finally {
    await endLeftovers()
  }
}

async function perform({ scenes, checkOutcome }: Story, signal: AbortSignal): Promise<string> {
  await using stack = await startStack()
  await using terminal = new Terminal(signal)
  terminal.narrate(`Atlas, a small HTTP service over PostgreSQL, serves on ${stack.address}.`)
  for (const [index, { title, narration, play }] of scenes.entries()) {
    terminal.title(`${index + 1}. ${title}`)
    terminal.narrate(narration)
    await play({ terminal, stack })
    signal.throwIfAborted()
  }
  return await checkOutcome(stack)
}
