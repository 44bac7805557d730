import { PurserError } from '../../../core/errors.ts'
import { parseProbe } from '../../../environment/probe/parse.ts'
import { newNonce } from '../../../environment/probe/request.ts'
import { appScript } from '../../../environment/probe/script.ts'
import type { Engine } from '../engine/engine.ts'
import { isNotFound } from '../engine/errors.ts'
import { enginePath } from '../engine/path.ts'
import type { ContainerInspect, ImageInspect } from '../engine/types.ts'
import { nameOf } from '../release/skews.ts'
import { applets } from './applets.ts'
import { mountedFiles } from './mounted-files.ts'
import { complete, failed, type Probed, type ProbeOptions, probeLimitMs } from './probed.ts'
import { runHelper } from './run-helper.ts'

/**
 * Looks at a container without a shell: a helper in its process namespace steps into its file system (setns(2)), and runs
 * the same probe there with its own busybox, which it finds below its own root in `/proc`.
 */
export async function probeFromHelper(
  engine: Engine,
  container: ContainerInspect,
  { key, helper, signal }: ProbeOptions,
): Promise<Omit<Probed, 'hasShell'>> {
  await findHelper(engine, helper.image, nameOf(container))
  const pid = firstProcess(container)
  const nonce = newNonce()
  const script = appScript({
    nonce,
    key,
    withNode: true,
    files: mountedFiles(container),
    command: container.Config.Cmd ?? [],
    pid,
  })
  const printed = await runHelper(engine, {
    image: helper,
    container: container.Id,
    argv: ['/bin/busybox', 'sh', '-c', stepInside, 'sh', String(pid)],
    input: `${applets('/proc/$purser_helper/root/bin/busybox')}\n${script}`,
    rights: { CapAdd: ['SYS_PTRACE', 'SYS_ADMIN', 'SYS_CHROOT'], SecurityOpt: ['apparmor=unconfined'] },
    signal,
    limitMs: probeLimitMs,
  })
  return complete(container, parseProbe(printed.stdout, { nonce, key }))
}

// The last line keeps the helper's own shell, below whose root the busybox is, from becoming what steps inside.
const stepInside = `purser_helper=$$; export purser_helper
/bin/busybox nsenter -t "$1" -m -- "/proc/$$/root/bin/busybox" sh -s
exit $?`

/** By its number in the namespace that a helper is in: the container's own, or the whole machine's. */
function firstProcess(container: ContainerInspect): number {
  const { PidMode = '' } = container.HostConfig
  if (PidMode.startsWith('container:'))
    throw failed(container, 'it has no shell, and its processes are among those of another container')
  return PidMode === 'host' ? container.State.Pid : 1
}

/** Throws `HELPER_MISSING`: nothing is pulled in the middle of a run. */
export async function findHelper(engine: Engine, helper: string, container: string): Promise<ImageInspect> {
  try {
    return await engine.get<ImageInspect>(enginePath`/images/${helper}/json`)
  } catch (error) {
    if (!isNotFound(error)) throw error
    throw new PurserError('HELPER_MISSING', {
      message: `Container ${container} can't be looked at with its own programs, and the helper image "${helper}" is not on the engine at ${engine.where}.`,
      remedy: `\`docker pull ${helper}\` there, or name another image with a static busybox at /bin/busybox: \`docker({ helper: '…' })\`.`,
      cause: error,
    })
  }
}
