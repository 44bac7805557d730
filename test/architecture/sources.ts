import { globSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { type ModuleSyntax, readModule } from '../../scripts/module-syntax.ts'
import { root } from '../../scripts/root.ts'

/** Texts by paths below their folder, which is src/ unless stated. */
export type Texts = Readonly<Record<string, string>>

export interface Import {
  /** A path below src/, or the name of a package or of a module of Node's. */
  readonly target: string
  readonly isOurs: boolean
  readonly typeOnly: boolean
  readonly lazy: boolean
}

export interface Source extends Omit<ModuleSyntax, 'requests'> {
  readonly path: string
  readonly lines: number
  readonly imports: readonly Import[]
}

export type Sources = ReadonlyMap<string, Source>

export function readTexts(below = 'src'): Texts {
  const folder = join(root, below)
  const paths = globSync('**/*.ts', { cwd: folder, exclude: ['**/node_modules'] }).sort()
  return Object.fromEntries(paths.map((path) => [path, readFileSync(join(folder, path), 'utf8')]))
}

export function parseSources(texts: Texts): Sources {
  return new Map(
    Object.entries(texts).map(([path, text]) => {
      const { requests, exports, identifiers } = readModule(path, text)
      const imports = requests.map((request) => ({ ...targetOf(path, request.specifier), ...request }))
      return [path, { path, exports, identifiers, imports, lines: text.split('\n').length - 1 }]
    }),
  )
}

/** Without the tests that stand beside them. */
export function withoutTests(sources: Sources): Sources {
  return new Map([...sources].filter(([path]) => !path.endsWith('.test.ts')))
}

/** The files that `entry` loads, itself included; an import counts where `follow` says so. */
export function reachableFrom(
  sources: Sources,
  entry: string,
  follow: (one: Import) => boolean,
): readonly Source[] {
  const found = new Set<string>([entry])
  for (const path of found)
    for (const one of sources.get(path)?.imports ?? []) if (one.isOurs && follow(one)) found.add(one.target)
  return [...found].flatMap((path) => sources.get(path) ?? [])
}

function targetOf(path: string, specifier: string): Pick<Import, 'target' | 'isOurs'> {
  if (specifier.startsWith('.')) return { target: posix.join(posix.dirname(path), specifier), isOurs: true }
  if (specifier.startsWith('node:')) return { target: specifier, isOurs: false }
  const depth = specifier.startsWith('@') ? 2 : 1
  return { target: specifier.split('/').slice(0, depth).join('/'), isOurs: false }
}
