import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { docker } from './docker.ts'
import { isOnPath } from './engine-needs.ts'

/** Makes Debian's `docker-compose`, of the time before plugins, answer to `docker compose`. */
const plugin = `#!/bin/sh
if [ "$1" = docker-cli-plugin-metadata ]; then
  echo '{"SchemaVersion":"0.1.0","Vendor":"Debian","Version":"1"}'
  exit
fi
shift
exec docker-compose "$@"
`

/**
 * Variables with which `docker compose` works on this machine: none where it has the plugin; else a plugin is written into
 * this folder, for the command `docker-compose`. Throws a sentence where there is neither.
 */
export async function composeVariables(folder: string): Promise<Readonly<Record<string, string>>> {
  const hasPlugin = await docker('compose', 'version').then(
    () => true,
    () => false,
  )
  if (hasPlugin) return {}
  if (!isOnPath('docker-compose')) {
    throw new Error('The tests need Docker Compose. Install it (apt-get install docker-compose).')
  }
  const file = path.join(folder, 'cli-plugins', 'docker-compose')
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, plugin)
  chmodSync(file, 0o755)
  return { DOCKER_CONFIG: folder }
}
