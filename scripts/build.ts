/** Builds the package into dist/: bundled JavaScript and the declarations of what users import. */
import { styleText } from 'node:util'
import { build } from './build/build.ts'

const started = performance.now()
try {
  const { files, bytes } = await build()
  const seconds = ((performance.now() - started) / 1_000).toFixed(1)
  console.log(`dist: ${files} files, ${Math.round(bytes / 1_000)} kB, built in ${seconds} s`)
} catch (error) {
  console.error(styleText('red', 'The build failed.'), error instanceof Error ? error.message : error)
  process.exitCode = 1
}
