import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pack } from '../../scripts/pack.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

/** An otherwise empty project outside the repository, with the packed package installed. */
export class InstalledProject implements Disposable {
  readonly #temporary = temporaryFolder()
  readonly folder = this.#temporary.folder
  readonly packed = pack(this.folder)

  constructor() {
    this.write('package.json', JSON.stringify({ name: 'empty', private: true, type: 'module' }))
    const quietly = ['--offline', '--no-audit', '--no-fund', '--loglevel=error']
    execFileSync('npm', ['install', ...quietly, this.packed.tarball], { cwd: this.folder, stdio: 'pipe' })
  }

  write(path: string, text: string): void {
    const file = join(this.folder, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }

  /** Runs Node, of the tests unless stated, and returns what it printed and how it ended. */
  node(args: readonly string[], program = process.execPath) {
    const { stdout, stderr, status } = spawnSync(program, args, { cwd: this.folder, encoding: 'utf8' })
    return { stdout, stderr, status }
  }

  /** Runs the command that npm linked. */
  purser(args: readonly string[], program?: string) {
    return this.node(['node_modules/.bin/purser', ...args], program)
  }

  /** Starts a module as the project's app and waits for its first output. Disposing of it ends it. */
  async startApp(file: string, program: string): Promise<AsyncDisposable> {
    const app = spawn(program, [file], { cwd: this.folder, stdio: ['ignore', 'pipe', 'inherit'] })
    const ended = once(app, 'exit')
    await Promise.race([once(app.stdout, 'data'), ended])
    return {
      async [Symbol.asyncDispose]() {
        app.kill()
        await ended
      },
    }
  }

  [Symbol.dispose](): void {
    this.#temporary[Symbol.dispose]()
  }
}
