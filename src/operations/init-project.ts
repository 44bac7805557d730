import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { findConfig } from '../config/load-config.ts'
import { failedWith, PurserError, reasonOf } from '../core/errors.ts'
import { composeService } from './init-project/compose-service.ts'

/** What became of the files of a first project, each relative to its folder. */
export interface Initialised {
  readonly written: readonly string[]
  /** Files that were there, and are as they were. */
  readonly kept: readonly string[]
  /** The command to type once the app runs. */
  readonly tryFirst: string
}

/** Writes a configuration and a first task. Throws `FILE_EXISTS` when this folder has a configuration. */
export async function initProject(folder: string): Promise<Initialised> {
  const existing = findConfig(folder)
  if (existing !== undefined && path.dirname(existing) === path.resolve(folder)) {
    throw new PurserError('FILE_EXISTS', {
      message: `There is a configuration here already: ${existing}.`,
      remedy: 'Nothing was written. Change that file, or go to another folder.',
    })
  }
  const { text: configText, tryFirst } = await firstConfig(folder)
  const files = { 'purser.config.ts': configText, 'tasks/hello.ts': taskText }
  const written: string[] = []
  const kept: string[] = []
  for (const [file, text] of Object.entries(files)) {
    ;(await writeNew(path.join(folder, file), text)) ? written.push(file) : kept.push(file)
  }
  return { written, kept, tryFirst }
}

async function writeNew(file: string, text: string): Promise<boolean> {
  try {
    await mkdir(path.dirname(file), { recursive: true })
  } catch (error) {
    throw unwritable(path.dirname(file), error)
  }
  try {
    await writeFile(file, text, { flag: 'wx' })
    return true
  } catch (error) {
    if (failedWith(error, 'EEXIST')) return false
    throw unwritable(file, error)
  }
}

function unwritable(file: string, cause: unknown): PurserError {
  return new PurserError('USAGE', {
    message: `${file} can't be written: ${reasonOf(cause)}.`,
    remedy: 'Go to the folder of the app, and let your user write there.',
    cause,
  })
}

/** How the app is started, as its package.json says; where that is a plain command, its process is found by it. */
async function startCommand(folder: string): Promise<string> {
  try {
    const { scripts } = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8'))
    const start: unknown = scripts?.start
    if (typeof start === 'string' && /^[\w./@-]+(?: [\w./@=-]+)*$/.test(start)) return start
  } catch {
    // no package.json: an app in another language
  }
  return 'node server.js'
}

/** A configuration that fits what is in the folder, and what to try with it first. */
interface FirstConfig {
  readonly text: string
  readonly tryFirst: string
}

async function firstConfig(folder: string): Promise<FirstConfig> {
  const service = await composeService(folder)
  return service === undefined ? localConfig(await startCommand(folder)) : dockerConfig(service)
}

function dockerConfig(service: string): FirstConfig {
  const text = config('docker', 'production', [
    "// Which of the compose file's services it is; `label` and `name` find containers in other ways.",
    `web: { executor: docker({ service: '${service}' }) },`,
  ])
  return { text, tryFirst: 'purser parity -e production' }
}

function localConfig(command: string): FirstConfig {
  const text = config('local', 'local', [
    '// How the running app is found: { command }, { port } or { pidFile }.',
    `web: { executor: local({ command: '${command}' }) },`,
  ])
  return { text, tryFirst: 'purser run hello -e local' }
}

function config(preset: 'docker' | 'local', environment: string, services: readonly string[]): string {
  return `import { defineConfig } from 'purser'
import { ${preset} } from 'purser/presets'

export default defineConfig({
  environments: {
    ${environment}: {
      services: {
${services.map((line) => `        ${line}`).join('\n')}
      },
    },
  },
})
`
}

const taskText = `import { defineScript } from 'purser'

export default defineScript({
  name: 'hello',
  summary: 'Says hello from inside the release that serves now.',
  run: () => console.log(\`Hello from \${process.cwd()}, on Node \${process.versions.node}.\`),
})
`
