import { docker } from './docker.ts'
import { changeImage, importImage } from './import-image.ts'

/** An image like another, with other settings as in a Dockerfile: `imageWith(images.node, ['USER app'])`. Returns its tag. */
export function imageWith(base: string, changes: readonly string[]): Promise<string> {
  return changeImage(docker, base, changes)
}

/** An image whose root is this folder. Returns its tag. */
export function imageFrom(folder: string, changes: readonly string[]): Promise<string> {
  return importImage(docker, { folder, changes })
}
