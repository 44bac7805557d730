import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { failedWith, PurserError, reasonOf } from '../../../../core/errors.ts'

/** What TLS is spoken with; without an authority of its own, those that the system trusts. */
export interface TlsMaterial {
  readonly ca?: Buffer
  readonly cert?: Buffer
  readonly key?: Buffer
  /** Whether the engine must prove who it is. */
  readonly verify: boolean
}

/** Reads `ca.pem`, `cert.pem` and `key.pem` of a folder, each where it is there. */
export async function readTlsFiles(folder: string, verify: boolean): Promise<TlsMaterial> {
  const [ca, cert, key] = await Promise.all(
    ['ca.pem', 'cert.pem', 'key.pem'].map((name) => readIfThere(path.join(folder, name))),
  )
  return { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }), verify }
}

async function readIfThere(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file)
  } catch (error) {
    if (failedWith(error, 'ENOENT', 'ENOTDIR')) return undefined
    throw new PurserError('ENGINE_UNKNOWN', {
      message: `The file ${file}, with which TLS is spoken to the Docker Engine, can't be read: ${reasonOf(error)}.`,
      remedy:
        'Make it readable for the user that purser runs as, or choose another folder with DOCKER_CERT_PATH.',
      cause: error,
    })
  }
}
