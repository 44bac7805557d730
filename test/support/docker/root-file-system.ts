import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, cpSync, mkdirSync, realpathSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { temporaryFolder } from '../temporary-folder.ts'

const files = path.join(import.meta.dirname, 'files')
const busybox = '/usr/bin/busybox'

/** A folder that becomes an image. */
export interface RootFileSystem extends Disposable {
  readonly folder: string
  /** Adds a program of this machine, by default in its own place, with the libraries that it loads. */
  program(file: string, target?: string): void
  /** Adds a shell and some 250 commands. */
  shell(): void
  /** Adds one command of busybox alone. */
  applet(name: string): void
  /** Adds files of this machine, or those that `keep` takes of a folder. */
  copy(from: string, target: string, keep?: (file: string) => boolean): void
  /** Adds what lies in `files/NAME`. */
  files(name: string): void
  /** Makes an empty folder. */
  directory(name: string, mode?: number): void
}

/** Begins with users (root; app, 1000), certificates, an empty /tmp, and nothing that could be run. */
export function rootFileSystem(): RootFileSystem {
  const temporary = temporaryFolder()
  const { folder } = temporary
  const inside = (name: string) => {
    const target = path.join(folder, name)
    mkdirSync(path.dirname(target), { recursive: true })
    return target
  }
  const system: RootFileSystem = {
    folder,
    program(file, target = file) {
      copyFileSync(file, inside(target))
      for (const library of librariesOf(file)) copyFileSync(realpathSync(library), inside(library))
    },
    shell() {
      system.program(busybox, '/bin/busybox')
      for (const name of commandsOfBusybox()) {
        if (name !== 'busybox') symlinkSync('busybox', inside(`/bin/${name}`))
      }
      symlinkSync('../bin', inside('/usr/bin'))
    },
    applet: (name) => system.program(busybox, `/bin/${name}`),
    copy(from, target, keep = () => true) {
      cpSync(from, inside(target), { recursive: true, dereference: true, filter: keep })
    },
    files: (name) => system.copy(path.join(files, name), '/'),
    directory(name, mode = 0o755) {
      mkdirSync(inside(name), { recursive: true })
      chmodSync(inside(name), mode)
    },
    [Symbol.dispose]: () => temporary[Symbol.dispose](),
  }
  system.files('linux')
  system.directory('/tmp', 0o1777)
  return system
}

/** The libraries of a program, and the loader; none when it is static. */
function librariesOf(program: string): readonly string[] {
  const { stdout } = spawnSync('ldd', [program], { encoding: 'utf8' })
  return [...stdout.matchAll(/(\/\S+) \(0x/g)].flatMap(([, library]) => library ?? [])
}

function commandsOfBusybox(): readonly string[] {
  return execFileSync(busybox, ['--list'], { encoding: 'utf8' }).trim().split('\n')
}
