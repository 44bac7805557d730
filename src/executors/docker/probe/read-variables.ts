import { type ComparisonKey, keyedDigest } from '../../../environment/probe/keyed.ts'
import { expendable } from '../../../environment/probe/parts/expendable.ts'
import type { Engine } from '../engine/engine.ts'
import type { ContainerInspect } from '../engine/types.ts'
import { execIn } from './exec.ts'
import { type Probed, probeLimitMs, shell } from './probed.ts'

/** What the engine and shells set; their values are no secret and nobody's credential. */
const ordinary = /^(?:HOSTNAME|HOME|PATH|PWD|OLDPWD|SHLVL|TERM|_)$/

/**
 * The serving process's variables, for memory only. Those that the container states are known from there, where the
 * probe's digest says that they are the same in the process; only what its entrypoint set is read from the process.
 */
export async function readVariables(
  engine: Engine,
  container: ContainerInspect,
  { probed, key, wantsAll, signal }: VariablesWanted,
): Promise<ReadonlyMap<string, string>> {
  const stated = new Map((container.Config.Env ?? []).map(splitPair))
  const names = [...probed.facts.keys()].flatMap((id) => /^variables:(.*)$/s.exec(id)?.[1] ?? [])
  const isKnown = (name: string) => digestOf(probed, name) === keyedDigest(key, stated.get(name) ?? '')
  const unknown = names.filter((name) => !(stated.has(name) && isKnown(name)))
  if (!wantsAll && unknown.every((name) => ordinary.test(name))) {
    return new Map([...stated].filter(([name]) => names.includes(name)))
  }
  return readProcess(engine, container, probed, signal)
}

export interface VariablesWanted {
  readonly probed: Probed
  readonly key: ComparisonKey
  /** Also those that are ordinary: for a twin whose entrypoint does not run. */
  readonly wantsAll: boolean
  readonly signal: AbortSignal
}

function digestOf({ facts }: Probed, name: string): string | undefined {
  const fact = facts.get(`variables:${name}`)
  return fact !== undefined && 'value' in fact ? fact.value : undefined
}

/** Over the engine's connection, into memory, and nowhere else. */
async function readProcess(
  engine: Engine,
  container: ContainerInspect,
  { process, hasShell }: Probed,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  // Without a shell there was no entrypoint script to set any.
  if (!hasShell) return new Map((container.Config.Env ?? []).map(splitPair))
  const { stdout } = await execIn(
    engine,
    container.Id,
    {
      argv: [shell, '-c', `${expendable}\ncat "/proc/$1/environ"`, shell, String(process.pid)],
      input: '',
      ...(process.uid === undefined ? {} : { user: `${process.uid}:${process.gid ?? process.uid}` }),
    },
    { signal, limitMs: probeLimitMs },
  )
  return parseEnviron(stdout)
}

/** The content of `/proc/PID/environ`. Of a name that is there twice the first counts, as for getenv(3). */
export function parseEnviron(text: string): ReadonlyMap<string, string> {
  const pairs = text.split('\0').filter((pair) => pair.indexOf('=') > 0)
  return new Map(pairs.map(splitPair).reverse())
}

/** `NAME=value` as its two parts. */
export function splitPair(pair: string): [name: string, value: string] {
  const at = pair.indexOf('=')
  return at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)]
}
