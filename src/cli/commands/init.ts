import { buildCommand } from '@stricli/core'
import { initProject } from '../../operations/init-project.ts'
import { jsonFlag } from '../flags.ts'
import type { Session } from '../session.ts'
import { paint } from '../terminal/style.ts'

interface Flags {
  readonly json: boolean
}

export const command = buildCommand<Flags, [], Session>({
  parameters: { flags: { json: jsonFlag } },
  docs: {
    brief: 'Write a configuration and a first task',
    fullDescription: `Write purser.config.ts and tasks/hello.ts into this folder. A file that is there is never overwritten.
Where there is a compose file, the app is one of its services; else a process, by the start script of package.json.

  purser init`,
  },
  async func({ json }) {
    const { written, kept, tryFirst } = await initProject(process.cwd())
    if (json) return console.log(JSON.stringify({ written, kept }))
    for (const file of written) console.log(`${paint('green', '✔')} wrote ${file}`)
    for (const file of kept) console.log(`${paint('dim', '·')} kept ${file}, which was there`)
    console.log('\nNext: say in purser.config.ts how your app is found, start it, and try\n')
    console.log(`  npx purser check\n  npx ${tryFirst}`)
  },
})
