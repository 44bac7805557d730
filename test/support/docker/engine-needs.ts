import { accessSync, constants } from 'node:fs'
import path from 'node:path'

// A command, and Debian's package that has it.
const commands = [
  ['dockerd', 'docker.io'],
  ['docker', 'docker.io'],
  ['iptables', 'iptables'],
  ['busybox', 'busybox-static'],
  ['unshare', 'util-linux'],
] as const

const instead =
  'Or set PURSER_TEST_DOCKER to the address of an engine that runs, such as unix:///var/run/docker.sock.'

/** What this machine lacks to start an engine, as a sentence that says what to do; undefined when it has everything. */
export function missingFor(): string | undefined {
  const missing = commands.filter(([command]) => !isOnPath(command))
  if (missing.length > 0) {
    const names = missing.map(([command]) => command).join(', ')
    const packages = [...new Set(missing.map(([, name]) => name))].join(' ')
    return `The tests need a Docker Engine, and this machine has no ${names}. Install it (apt-get install ${packages}). ${instead}`
  }
  if (process.getuid?.() === 0) return undefined
  return `The tests start a Docker Engine, for which they must be root, and they are user ${process.getuid?.()}. Run them as root. ${instead}`
}

/** Why an engine did not come up, from its log. */
export function explainFailure(log: string): string {
  const lines = log.trimEnd().split('\n')
  const telling = lines.filter((line) => /level=(?:error|fatal)|failed|cannot|denied/i.test(line))
  const why = (telling.length > 0 ? telling : lines).slice(-3).join('\n')
  const cause = /iptables/i.test(why)
    ? 'iptables does not work on this machine (`iptables -t nat -L` must; perhaps its kernel lacks nf_tables or nat, or update-alternatives should choose iptables-legacy).'
    : 'It needs namespaces, mounted cgroups, and iptables with nat.'
  return `The tests' Docker Engine did not come up. ${cause} ${instead} It says:\n${why}`
}

export function isOnPath(command: string): boolean {
  return (process.env.PATH ?? '').split(':').some((folder) => {
    try {
      accessSync(path.join(folder, command), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
