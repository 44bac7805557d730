import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { temporaryFolder } from '../temporary-folder.ts'
import type { DockerCommand } from './docker-command.ts'

/** Carried by every image made here; says what it was made of. */
const contentLabel = 'purser-test.content'

interface ImageSource {
  /** Becomes the image's root. Everything in it will belong to root. */
  readonly folder: string
  /** As in a Dockerfile: `CMD ["node", "server.js"]`, `USER app`. */
  readonly changes: readonly string[]
  /** Its name, unless it shall be named after its content. */
  readonly tag?: string
}

/** Makes an image, without any registry, unless the engine has it already. Returns its tag. */
export async function importImage(
  docker: DockerCommand,
  { folder, changes, tag }: ImageSource,
): Promise<string> {
  using temporary = temporaryFolder()
  const archive = path.join(temporary.folder, 'root.tar')
  const options = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner']
  execFileSync('tar', [...options, '--directory', folder, '--create', '--file', archive, '.'])
  const content = await hashOf(archive, changes)
  const name = tag ?? nameAfter(content)
  if ((await contentOf(docker, name)) === content) return name
  const labelled = [...changes, `LABEL ${contentLabel}=${content}`]
  await docker('import', ...asOptions(labelled), archive, name)
  return name
}

/** Makes an image from another with other settings, unless the engine has it already. Returns its tag. */
export async function changeImage(
  docker: DockerCommand,
  base: string,
  changes: readonly string[],
): Promise<string> {
  const id = await docker('image', 'inspect', '--format', '{{.Id}}', base)
  const content = createHash('sha256')
    .update([id, ...changes].join('\0'))
    .digest('hex')
  const name = nameAfter(content)
  if ((await contentOf(docker, name)) === content) return name
  const container = await docker('create', base)
  try {
    await docker('commit', ...asOptions([...changes, `LABEL ${contentLabel}=${content}`]), container, name)
  } finally {
    await docker('rm', '--volumes', container)
  }
  return name
}

async function hashOf(archive: string, changes: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(changes.join('\0'))
  await pipeline(createReadStream(archive, { highWaterMark: 1024 * 1024 }), hash)
  return hash.digest('hex')
}

/** What an image of this name was made of, if there is one. */
async function contentOf(docker: DockerCommand, name: string): Promise<string | undefined> {
  const format = `{{index .Config.Labels "${contentLabel}"}}`
  return await docker('image', 'inspect', '--format', format, name).catch(() => undefined)
}

function nameAfter(content: string): string {
  return `purser-test/made:${content.slice(0, 16)}`
}

function asOptions(changes: readonly string[]): readonly string[] {
  return changes.flatMap((change) => ['--change', change])
}
