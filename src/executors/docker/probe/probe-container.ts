import { reasonOf } from '../../../core/errors.ts'
import type { ProbeAnswer, ProbedProcess } from '../../../environment/probe/answer.ts'
import { parseProbe } from '../../../environment/probe/parse.ts'
import { newNonce } from '../../../environment/probe/request.ts'
import { appScript } from '../../../environment/probe/script.ts'
import type { Facts } from '../../../environment/release.ts'
import type { Engine } from '../engine/engine.ts'
import { hasStatus } from '../engine/errors.ts'
import type { ContainerInspect } from '../engine/types.ts'
import { execIn, type Printed } from './exec.ts'
import { probeFromHelper } from './helper.ts'
import { mountedFiles } from './mounted-files.ts'
import { answersIn } from './node-answers.ts'
import { complete, failed, type Probed, type ProbeOptions, probeLimitMs, shell } from './probed.ts'

/** Looks at a serving container from inside, as the user of its serving process. Throws `PROBE_FAILED`, `HELPER_MISSING`. */
export async function probeContainer(
  engine: Engine,
  container: ContainerInspect,
  options: ProbeOptions,
): Promise<Probed> {
  const first = await askInside(engine, container, options, {})
  if (first === 'no shell') return { ...(await probeFromHelper(engine, container, options)), hasShell: false }
  const answer =
    first.end === 'other-user'
      ? await askInside(engine, container, options, { user: `${first.uid}:${first.gid}` })
      : first
  if (answer === 'no shell') throw failed(container, 'its shell is gone')
  const probed = complete(container, answer)
  if (!isOwnProcess(container, probed.process)) {
    const why =
      'its processes are among those of another container, and none of them runs exactly its command'
    throw failed(container, why)
  }
  return { ...probed, hasShell: true }
}

/** Among another container's processes only the command tells which are this one's. */
export function isOwnProcess(
  { HostConfig, Config }: Pick<ContainerInspect, 'HostConfig' | 'Config'>,
  { argv }: Pick<ProbedProcess, 'argv'>,
): boolean {
  if (HostConfig.PidMode?.startsWith('container:') !== true) return true
  const command = Config.Cmd ?? []
  return (
    command.length > 0 && argv.length === command.length && argv.every((word, at) => word === command[at])
  )
}

/** Asks the node of a container's image, as the user and for the process that was looked at before. */
export async function askNode(
  engine: Engine,
  container: ContainerInspect,
  options: ProbeOptions,
  { pid, uid, gid }: ProbedProcess,
): Promise<Facts> {
  const user = uid === undefined ? {} : { user: `${uid}:${gid ?? uid}` }
  const answer = await askInside(engine, container, options, { ...user, pid, withNode: true })
  if (answer === 'no shell') throw failed(container, 'its shell is gone')
  return answersIn(complete(container, answer).facts)
}

interface Asking {
  readonly user?: string
  readonly pid?: number
  readonly withNode?: boolean
}

async function askInside(
  engine: Engine,
  container: ContainerInspect,
  { key, signal }: ProbeOptions,
  { user, pid, withNode = false }: Asking,
): Promise<ProbeAnswer | 'no shell'> {
  const nonce = newNonce()
  const script = appScript({
    nonce,
    key,
    withNode,
    files: mountedFiles(container),
    command: container.Config.Cmd ?? [],
    ...(pid === undefined ? pidOf(container) : { pid }),
  })
  const argv = [shell, '-s'] as const
  const exec = { argv, input: script, ...(user === undefined ? {} : { user }) }
  const printed = await tryExec(engine, container, exec, signal)
  if (printed === 'no shell') return printed
  return parseProbe(printed.stdout, { nonce, key })
}

async function tryExec(
  engine: Engine,
  container: ContainerInspect,
  exec: Parameters<typeof execIn>[2],
  signal: AbortSignal,
): Promise<Printed | 'no shell'> {
  try {
    const printed = await execIn(engine, container.Id, exec, { signal, limitMs: probeLimitMs })
    return lacksShell(printed.stdout + printed.stderr) ? 'no shell' : printed
  } catch (error) {
    if (hasStatus(error, 400, 500) && lacksShell(error.message)) return 'no shell'
    signal.throwIfAborted()
    throw failed(container, reasonOf(error))
  }
}

/** In the words of the runtime (runc), in the stream or as the engine's answer, by their versions. */
function lacksShell(words: string): boolean {
  return /exec failed.*(?:no such file or directory|executable file not found|not a directory)/s.test(words)
}

/** In the host's process namespace the serving process is not number 1. */
function pidOf({ HostConfig, State }: ContainerInspect): { readonly pid?: number } {
  return HostConfig.PidMode === 'host' ? { pid: State.Pid } : {}
}
