import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { packageRoot } from './package-root.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** An app that serves: it listens, writes its pid file, and ends on SIGTERM. */
const appSource = `
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
const server = createServer((request, response) => response.end('ok'))
server.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () => {
  writeFileSync('app.pid', String(process.pid))
  console.log(server.address().port)
})
process.on('SIGTERM', () => process.exit(0))
`

const configSource = `
import { defineConfig } from 'purser'
import { local } from 'purser/presets'
export default defineConfig({
  environments: { local: { services: { web: { executor: local({ pidFile: 'app.pid' }) } } } },
})
`

export interface App extends AsyncDisposable {
  readonly pid: number
  readonly port: number
  readonly process: ChildProcess
  /** Ends it at once, leaving its pid file. */
  kill(): Promise<void>
}

export interface Project extends AsyncDisposable {
  readonly folder: string
  write(file: string, text: string): string
  /** Starts the app with these variables beside a PATH, by these words before `app.js FOLDER`; it ends with the project. */
  startApp(variables?: Readonly<Record<string, string>>, by?: readonly string[]): Promise<App>
}

/** A folder with an app and a configuration, outside this repository, that finds this package by its name. */
export function makeProject(): Project {
  const temporary = temporaryFolder()
  const { folder } = temporary
  const apps: App[] = []
  const write = (file: string, text: string) => {
    const target = path.join(folder, file)
    mkdirSync(path.dirname(target), { recursive: true })
    writeFileSync(target, text)
    return target
  }
  mkdirSync(path.join(folder, 'node_modules'))
  symlinkSync(packageRoot, path.join(folder, 'node_modules/purser'))
  symlinkSync(path.join(packageRoot, 'node_modules/zod'), path.join(folder, 'node_modules/zod'))
  write('package.json', '{ "type": "module" }')
  write('app.js', appSource)
  write('purser.config.ts', configSource)
  return {
    folder,
    write,
    async startApp(variables = {}, by = [process.execPath]) {
      const app = await startApp(folder, variables, by)
      apps.push(app)
      return app
    },
    async [Symbol.asyncDispose]() {
      for (const app of apps) await app[Symbol.asyncDispose]()
      temporary[Symbol.dispose]()
    },
  }
}

async function startApp(
  folder: string,
  variables: Readonly<Record<string, string>>,
  [program = '', ...options]: readonly string[],
): Promise<App> {
  const child = spawn(program, [...options, 'app.js', folder], {
    cwd: folder,
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: '/nonexistent', ...variables },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const [port] = await once(createInterface({ input: child.stdout as Readable }), 'line')
  const kill = async () => {
    child.kill('SIGKILL')
    await exited
  }
  return { pid: child.pid ?? 0, port: Number(port), process: child, kill, [Symbol.asyncDispose]: kill }
}
