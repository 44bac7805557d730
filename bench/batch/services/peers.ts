import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'

const folder = path.join(import.meta.dirname, '../peers')

/** Installs what Purser is measured beside, from its lock file, unless it is there. Returns the versions. */
export async function installPeers(): Promise<Readonly<Record<string, string>>> {
  const { dependencies } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>
  }
  const isThere = ([name, version]: readonly [string, string]) => installedVersion(name) === version
  if (!Object.entries(dependencies).every(isThere)) {
    process.stderr.write('installing the peers …\n')
    await promisify(execFile)('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder })
  }
  return dependencies
}

function installedVersion(name: string): string | undefined {
  const file = path.join(folder, 'node_modules', name, 'package.json')
  return existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
    : undefined
}
