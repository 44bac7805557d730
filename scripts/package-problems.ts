import { readFileSync } from 'node:fs'
import { checkPackage, createPackageFromTarballData, type Problem } from '@arethetypeswrong/core'
import { filterProblems } from '@arethetypeswrong/core/problems'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'

/** What publint and "are the types wrong" find in a packed package, for consumers that use ES modules. */
export async function packageProblems(tarball: string): Promise<readonly string[]> {
  const data = readFileSync(tarball)
  return [...(await lint(data)), ...(await wrongTypes(data))]
}

async function lint(data: Buffer): Promise<readonly string[]> {
  const { messages, pkg } = await publint({ pack: { tarball: bytesOf(data).buffer }, strict: true })
  return messages.map(
    (message) => `publint: ${formatMessage(message, pkg, { color: false }) ?? message.code}`,
  )
}

async function wrongTypes(data: Buffer): Promise<readonly string[]> {
  const analysis = await checkPackage(createPackageFromTarballData(bytesOf(data)))
  if (analysis.types === false) return ['types: the package has none.']
  const problems = (['node16-esm', 'bundler'] as const).flatMap((resolutionKind) =>
    filterProblems(analysis, { resolutionKind }),
  )
  return [...new Set(problems)].map(describe)
}

function describe(problem: Problem): string {
  return `types: ${problem.kind} ${JSON.stringify(problem)}`
}

/** A copy whose buffer holds nothing else: small Buffers share one. */
function bytesOf(data: Buffer): Uint8Array<ArrayBuffer> {
  return new Uint8Array(data)
}
