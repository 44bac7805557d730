import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Release } from '../../environment/release.ts'
import { makeStateFolder } from '../../environment/state-folder.ts'
import type { Place } from '../../environment/wiring.ts'
import type { Manifest } from '../../tasks/manifest.ts'

const formatVersion = 2

/** The file that keeps the manifest of a release: another for other code, or for tasks in other folders. */
export function manifestFile(place: Place, { digest }: Release, folders: readonly string[]): string {
  const key = createHash('sha256')
    .update(JSON.stringify([formatVersion, digest, folders]))
    .digest('hex')
  return path.join(cacheFolder(place), `manifest-${key.slice(0, 32)}.json`)
}

/** `undefined` when there is none yet, or a torn one. */
export function readCachedManifest(file: string): Manifest | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

/** Keeps a manifest; a reader at the same time sees it whole or not at all. */
export function cacheManifest(file: string, manifest: Manifest): void {
  try {
    makeStateFolder(path.dirname(path.dirname(file)))
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
    writeFileSync(`${file}.${process.pid}`, JSON.stringify(manifest))
    renameSync(`${file}.${process.pid}`, file)
  } catch {
    // a folder that this user may not write to, or a full disk: the release is asked again next time
  }
}

/** Every manifest that is kept, of whatever release. */
export function cachedManifests(place: Place): readonly Manifest[] {
  const folder = cacheFolder(place)
  const files = readdirSync(folder).filter((name) => name.startsWith('manifest-') && name.endsWith('.json'))
  return files.flatMap((file) => readCachedManifest(path.join(folder, file)) ?? [])
}

function cacheFolder({ state }: Place): string {
  return path.join(state, 'cache')
}
