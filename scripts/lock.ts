/** The parts of package-lock.json, version 3, that are read here. */
export interface Lock {
  packages: Record<string, LockedPackage>
}

export interface LockedPackage {
  readonly version?: string
  readonly resolved?: string
  readonly dev?: boolean
  readonly optional?: boolean
  readonly hasInstallScript?: boolean
  readonly os?: readonly string[]
  readonly cpu?: readonly string[]
  readonly libc?: readonly string[]
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

/** Optional dependencies that no entry of the lock stands for. */
export function missingOptionals(lock: Lock) {
  return Object.entries(lock.packages).flatMap(([parent, { dev, optionalDependencies = {} }]) =>
    Object.entries(optionalDependencies)
      .filter(([name]) => !isLocked(lock, parent, name))
      .map(([name, version]) => ({ parent, name, version, dev: dev === true })),
  )
}

/** Adds an entry for each missing optional dependency, beside what needs it, and returns their names. */
export function completeLock(lock: Lock): readonly string[] {
  const missing = missingOptionals(lock)
  for (const { parent, name, version, dev } of missing) {
    const beside = parent.slice(0, parent.lastIndexOf('node_modules/'))
    lock.packages[`${beside}node_modules/${name}`] = {
      version,
      ...platformOf(name),
      ...(dev ? { dev } : {}),
      optional: true,
    }
  }
  lock.packages = Object.fromEntries(
    Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en')),
  )
  return missing.map(({ name }) => name)
}

/** Whether Node would find it from `parent`: in the nearest `node_modules` upwards. */
function isLocked({ packages }: Lock, parent: string, name: string): boolean {
  const folders = parent.split('/')
  return [...folders, ''].some((_, up) =>
    Object.hasOwn(packages, [...folders.slice(0, folders.length - up), 'node_modules', name].join('/')),
  )
}

const operatingSystems = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32']
const processors = ['arm', 'arm64', 'ia32', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64']

/** The platform that a package of binaries is named after, such as `@biomejs/cli-linux-x64-musl`. */
function platformOf(name: string): Pick<LockedPackage, 'os' | 'cpu' | 'libc'> {
  const words = name.split(/[/-]/)
  const os = operatingSystems.filter((system) => words.includes(system))
  const cpu = processors.filter((processor) => words.includes(processor))
  if (cpu.length === 0) throw new Error(`"${name}" does not name the processor that it is for.`)
  return {
    ...(os.length > 0 ? { os } : {}),
    cpu,
    ...(os.includes('linux') ? { libc: [words.includes('musl') ? 'musl' : 'glibc'] } : {}),
  }
}
