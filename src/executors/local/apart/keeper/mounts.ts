import path from 'node:path'

/** A mount as /proc/PID/mountinfo lists it (proc(5)). */
export interface Mount {
  /** `MAJOR:MINOR` of its file system. */
  readonly device: string
  /** The folder of that file system that is mounted. */
  readonly root: string
  readonly point: string
}

export function parseMounts(text: string): readonly Mount[] {
  return text.split('\n').flatMap((line) => {
    const [, , device, root, point] = line.split(' ')
    if (device === undefined || root === undefined || point === undefined) return []
    return { device, root: unescaped(root), point: unescaped(point) }
  })
}

/** Where a file that is seen through `theirs` may be seen through `ours`. */
export function placesOf(file: string, theirs: readonly Mount[], ours: readonly Mount[]): readonly string[] {
  const above = theirs.filter(({ point }) => isBelow(file, point))
  const mount = above.reduce<Mount | undefined>(
    (longest, next) => (longest === undefined || next.point.length >= longest.point.length ? next : longest),
    undefined,
  )
  if (mount === undefined) return []
  const inFileSystem = path.join(mount.root, path.relative(mount.point, file))
  return ours
    .filter(({ device, root }) => device === mount.device && isBelow(inFileSystem, root))
    .map(({ root, point }) => path.join(point, path.relative(root, inFileSystem)))
}

function isBelow(file: string, folder: string): boolean {
  return folder === '/' || file === folder || file.startsWith(`${folder}/`)
}

/** A space is `\040`, and so on. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8)))
}
