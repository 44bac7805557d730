import { execFileSync } from 'node:child_process'
import { chownSync, closeSync, constants, openSync, unlinkSync } from 'node:fs'
import { Socket } from 'node:net'
import path from 'node:path'
import type { Stream } from '../../../runs/frames.ts'

/** A pipe for one of a task's streams. */
export interface Pipe {
  readonly stream: Stream
  /** For the child; close it here once the child has it. */
  readonly writeEnd: number
  readonly output: Socket
}

/**
 * Makes real pipes. What `spawn` calls a pipe is a socket pair, and a program that opens `/dev/stderr` fails on it
 * (ENXIO): a shell script's `echo oops > /dev/stderr`, `tee /dev/stdout`.
 */
export function makePipes(folder: string, streams: readonly Stream[], uid: number): readonly Pipe[] {
  const fileOf = (stream: Stream) => path.join(folder, stream)
  execFileSync('mkfifo', ['-m', '600', '--', ...streams.map(fileOf)], { stdio: 'ignore' })
  return streams.map((stream) => {
    const file = fileOf(stream)
    if (uid !== process.getuid?.()) chownSync(file, uid, -1)
    const readEnd = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK)
    const writeEnd = openSync(file, constants.O_WRONLY)
    unlinkSync(file)
    return { stream, writeEnd, output: new Socket({ fd: readEnd, readable: true, writable: false }) }
  })
}

export function closeWriteEnds(pipes: readonly Pipe[]): void {
  for (const { writeEnd } of pipes) closeSync(writeEnd)
}
