/** Packs what is built, and checks what users would get. */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pack } from './pack.ts'
import { packageProblems } from './package-problems.ts'

const folder = mkdtempSync(join(tmpdir(), 'purser-pack-'))
try {
  const { tarball, files } = pack(folder)
  const problems = await packageProblems(tarball)
  for (const problem of problems) console.error(problem)
  console.log(
    `${files.length} files, ${Math.round(statSync(tarball).size / 1_000)} kB packed: ${problems.length} problems`,
  )
  process.exitCode = problems.length === 0 ? 0 : 1
} finally {
  rmSync(folder, { recursive: true })
}
