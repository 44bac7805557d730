import { readFileSync, writeSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
const typed = process.argv.slice(2)

if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `✖ Purser's control side needs Node 22.18 or newer; this is ${process.versions.node}.\n` +
      '  → Use a newer Node to type commands. The app, and the tasks inside its release, may stay on Node 20.',
  )
  process.exitCode = 80
} else if (typed.length === 1 && (typed[0] === '--version' || typed[0] === '-v')) {
  // Not by console.log, whose streams cost a tenth of Node's whole start.
  writeSync(1, `${packageVersion()}\n`)
} else {
  await cacheCompiledCode()
  const { start } = await import('./start.ts')
  await start(typed, packageVersion())
}

/** The version of this package, from its package.json: two folders up, here and in the bundle. */
function packageVersion(): string {
  return JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version
}

/** Keeps compiled code beside the packages, where only they who may change those may write. */
async function cacheCompiledCode(): Promise<void> {
  const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')
  const above = path.dirname(root)
  const packages = path.basename(above) === 'node_modules' ? above : path.join(root, 'node_modules')
  // Imported here, because the Node that is told off above has no such export.
  const { enableCompileCache } = await import('node:module')
  const { directory } = enableCompileCache(path.join(packages, '.cache/purser'))
  if (directory !== undefined) process.env.NODE_COMPILE_CACHE = path.dirname(directory)
}
