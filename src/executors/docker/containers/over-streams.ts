import type { ContainerConfig } from '../engine/types.ts'

/** Three streams and no terminal; its stdin ends with whoever has it, so that it never waits for one who died. */
export const overStreams = {
  Tty: false,
  OpenStdin: true,
  StdinOnce: true,
  AttachStdin: true,
  AttachStdout: true,
  AttachStderr: true,
} as const satisfies ContainerConfig
