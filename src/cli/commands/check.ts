import { buildCommand } from '@stricli/core'
import { type LoadedConfig, readConfig } from '../../config/load-config.ts'
import { exitCodes } from '../../core/errors.ts'
import { count } from '../../core/text.ts'
import { type Checked, checkEverything } from '../../operations/check-everything.ts'
import { jsonFlag } from '../flags.ts'
import { makeContext, type Session } from '../session.ts'
import { paint } from '../terminal/style.ts'
import { columnsOf, wrapTo } from '../terminal/width.ts'

interface Flags {
  readonly json: boolean
}

export const command = buildCommand<Flags, [], Session>({
  parameters: { flags: { json: jsonFlag } },
  docs: {
    brief: 'Validate the configuration, and connect to services, ledgers and databases',
    fullDescription: `Validate the configuration, and connect to services, ledgers and databases; every problem comes with its key path.
Queues are opened where a batch works, and not from here.

  purser check`,
  },
  async func({ json }) {
    const { config, problems } = await readConfig(process.cwd())
    const results: Checked[] = problems.map((problem) => ({ ...problem, ok: false }))
    if (problems.length === 0) results.push(...(await connect(this, config, json)))
    else if (!json) for (const result of results) console.log(describe(result))
    const bad = results.filter(({ ok }) => !ok).length
    if (json) console.log(JSON.stringify({ file: config.file, ok: bad === 0, results }))
    else
      console.log(bad === 0 ? paint('green', '✔ All is well.') : paint('red', `✖ ${count(bad, 'problem')}.`))
    if (bad > 0) process.exitCode = exitCodes.usage
  },
})

async function connect(session: Session, config: LoadedConfig, json: boolean): Promise<Checked[]> {
  const results: Checked[] = []
  for await (const result of checkEverything(await makeContext(session, config, { readingWillDo: false }))) {
    results.push(result)
    if (!json) console.log(describe(result))
  }
  return results
}

function describe({ path, message, ok, remedy }: Checked): string {
  const line = wrapped(
    `${ok ? paint('green', '✔') : paint('red', '✖')} ${path || '(the default export)'}  ${message}`,
  )
  return remedy === undefined ? line : `${line}\n${wrapped(`  ${paint('dim', '→')} ${remedy}`)}`
}

function wrapped(line: string): string {
  return wrapTo(line, columnsOf(process.stdout), 4)
}
