import path from 'node:path'
import { fileURLToPath } from 'node:url'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `✖ Purser's control side needs Node 22.18 or newer; this is ${process.versions.node}.\n` +
      '  → Use a newer Node to type commands. The app, and the tasks inside its release, may stay on Node 20.',
  )
  process.exitCode = 80
} else {
  // Imported here, because the Node that is told off above has no such export.
  const { enableCompileCache } = await import('node:module')
  // Compiled code is kept beside the packages, where only they who may change those may write.
  const { directory } = enableCompileCache(cacheFolder())
  if (directory !== undefined) process.env.NODE_COMPILE_CACHE = path.dirname(directory)
  const { start } = await import('./start.ts')
  await start(process.argv.slice(2))
}

function cacheFolder(): string {
  const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')
  const packages =
    path.basename(path.dirname(root)) === 'node_modules'
      ? path.dirname(root)
      : path.join(root, 'node_modules')
  return path.join(packages, '.cache/purser')
}
