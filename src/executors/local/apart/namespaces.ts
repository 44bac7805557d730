import { systemProgram } from '../../../supervision/system-program.ts'

// What a twin of root could undo its namespaces with, or look past them: it needs none of it for its work.
const dangerous = ['sys_admin', 'sys_ptrace', 'net_admin', 'sys_module', 'sys_rawio']

/**
 * Programs that leave the machine's networks and mounts, then become the command that follows: as root, or in a user
 * namespace where the system lets everybody make those. Throws `PACKAGE_MISSING`.
 */
export function leaving(): readonly string[] {
  const user = isRoot() ? [] : ['--user', '--map-root-user']
  return [utility('unshare'), ...user, '--net', '--mount', '--']
}

/** Programs that go where that process is, into a folder there, then become the command that follows. */
export function entering(pid: number, folder: string): readonly string[] {
  const user = isRoot() ? [] : ['--user', '--preserve-credentials']
  return [
    ...[utility('nsenter'), `--target=${pid}`, ...user, '--net', '--mount', '--'],
    ...(isRoot() ? [utility('setpriv'), `--bounding-set=-${dangerous.join(',-')}`, '--'] : asOneself()),
    // Entered by its path there: through a folder that was opened here, what is hidden there would be seen.
    ...[systemProgram('env', "enters the twin's folder", 'coreutils'), `--chdir=${folder}`],
  ]
}

/** The user namespace's root is nobody special outside; the twin is not even that. */
function asOneself(): readonly string[] {
  const [uid, gid] = [process.getuid?.(), process.getgid?.()]
  return [utility('unshare'), '--user', `--map-user=${uid}`, `--map-group=${gid}`, '--']
}

function isRoot(): boolean {
  return process.getuid?.() === 0
}

function utility(name: string): string {
  return systemProgram(name, 'keeps a twin apart', 'util-linux')
}
