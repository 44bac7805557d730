import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readModule } from '../module-syntax.ts'
import { root } from '../root.ts'
import type { Output } from './output.ts'

interface DeclarationOptions {
  /** Sources below src/. */
  readonly entries: readonly string[]
  /** Where they go inside dist/. */
  readonly folder: string
}

// It is types only, and what users import speaks of it: with its declarations here, the package depends on nothing.
const copied = new Map([['@standard-schema/spec', 'standard-schema.d.ts']])

/** Declarations of the entries and of what they mention, with specifiers that any consumer can resolve. */
export async function declarations({ entries, folder }: DeclarationOptions): Promise<Output> {
  const emitted = mkdtempSync(join(tmpdir(), 'purser-types-'))
  try {
    emit(emitted)
    const output: Output = new Map()
    const open = entries.map((entry) => entry.replace(/^src\//, '').replace(/\.ts$/, '.d.ts'))
    for (const path of open) {
      if (output.has(`${folder}/${path}`)) continue
      const { text, mentions } = resolvable(path, readDeclaration(emitted, path))
      output.set(`${folder}/${path}`, text)
      open.push(...mentions)
    }
    return output
  } finally {
    rmSync(emitted, { recursive: true })
  }
}

function emit(folder: string): void {
  execFileSync(
    process.execPath,
    [
      join(root, 'node_modules/typescript/bin/tsc'),
      '-p',
      join(root, 'tsconfig.build.json'),
      '--outDir',
      folder,
    ],
    {
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  )
}

function readDeclaration(emitted: string, path: string): string {
  for (const [name, file] of copied)
    if (path === file)
      return readFileSync(join(dirname(fileURLToPath(import.meta.resolve(name))), 'index.d.ts'), 'utf8')
  return readFileSync(join(emitted, path), 'utf8')
}

/** A declaration file with every specifier made relative and ending in `.js`, and the declarations that it mentions. */
function resolvable(path: string, source: string): { text: string; mentions: readonly string[] } {
  const mentions: string[] = []
  let text = source
  for (const { specifier, start, end } of readModule(path, source).requests.toReversed()) {
    if (specifier.startsWith('node:')) continue
    const target = targetOf(path, specifier)
    mentions.push(target)
    text = `${text.slice(0, start)}'${relativeSpecifier(path, target)}'${text.slice(end)}`
  }
  return { text, mentions }
}

function targetOf(path: string, specifier: string): string {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(path), specifier).replace(/\.ts$/, '.d.ts')
  const file = copied.get(specifier)
  if (file === undefined)
    throw new Error(`${path} mentions "${specifier}", which users of the package may not have.`)
  return file
}

function relativeSpecifier(from: string, to: string): string {
  const path = posix.relative(posix.dirname(from), to).replace(/\.d\.ts$/, '.js')
  return path.startsWith('.') ? path : `./${path}`
}
