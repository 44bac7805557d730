import type { ContainerInspect } from '../engine/types.ts'

/**
 * Paths in the container that may be single mounted files, such as configurations and secrets: a bind whose name looks
 * like a file's. The probe looks which are.
 */
export function mountedFiles({ Mounts }: ContainerInspect): string[] {
  return Mounts.filter(({ Type }) => Type === 'bind')
    .map(({ Destination }) => Destination)
    .sort()
}
