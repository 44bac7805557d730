import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { failedWith, PurserError, reasonOf } from '../../../../core/errors.ts'
import { suggest } from '../../../../core/text.ts'
import { readTlsFiles, type TlsMaterial } from './tls-files.ts'

/** An engine's place, as `docker context create` keeps it. */
export interface Context {
  readonly host: string
  /** Where TLS is to be spoken. */
  readonly tls?: TlsMaterial
}

interface Meta {
  readonly Name?: string
  readonly Endpoints?: {
    readonly docker?: { readonly Host?: string; readonly SkipTLSVerify?: boolean }
  }
}

/** Reads a context of the user's. Throws `ENGINE_UNKNOWN` when there is none of that name. */
export async function readContext(configFolder: string, name: string): Promise<Context> {
  const folder = path.join(configFolder, 'contexts')
  const id = createHash('sha256').update(name).digest('hex')
  const meta = await readJson<Meta>(path.join(folder, 'meta', id, 'meta.json'))
  if (meta === undefined) throw await unknownContext(folder, name)
  const { Host: host, SkipTLSVerify: skipsVerification = false } = meta.Endpoints?.docker ?? {}
  if (host === undefined || host === '') throw withoutEngine(name)
  const tls = await readTlsFiles(path.join(folder, 'tls', id, 'docker'), !skipsVerification)
  const speaksTls =
    skipsVerification || tls.ca !== undefined || tls.cert !== undefined || tls.key !== undefined
  return { host, ...(speaksTls && { tls }) }
}

/** The name that `docker context use` has put into `config.json`. */
export async function currentContext(configFile: string): Promise<string | undefined> {
  const config = await readJson<{ readonly currentContext?: string }>(configFile)
  return config?.currentContext
}

async function readJson<T>(file: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch (error) {
    if (failedWith(error, 'ENOENT', 'ENOTDIR')) return undefined
    throw new PurserError('ENGINE_UNKNOWN', {
      message: `Which Docker Engine is meant can't be known, since ${file} can't be read: ${reasonOf(error)}.`,
      remedy: 'Mend the file, or name the engine with DOCKER_HOST.',
      cause: error,
    })
  }
}

async function unknownContext(folder: string, name: string): Promise<PurserError> {
  return new PurserError('ENGINE_UNKNOWN', {
    message: `There is no Docker context "${name}". ${suggest(name, await namesOf(folder), 'contexts')}`,
    remedy: '`docker context ls` shows those that there are; `docker context create` makes one.',
  })
}

async function namesOf(folder: string): Promise<readonly string[]> {
  const ids = await readdir(path.join(folder, 'meta')).catch(() => [])
  const metas = await Promise.all(
    ids.map((id) => readJson<Meta>(path.join(folder, 'meta', id, 'meta.json')).catch(() => undefined)),
  )
  return ['default', ...metas.flatMap((meta) => meta?.Name ?? []).sort()]
}

function withoutEngine(name: string): PurserError {
  return new PurserError('ENGINE_UNKNOWN', {
    message: `The Docker context "${name}" names no Docker Engine.`,
    remedy: `Give it one: \`docker context update ${name} --docker host=ssh://user@host\`.`,
  })
}
