/**
 * Ends this process once all that it has printed has left it: through a pipe Node writes in the background, and
 * `process.exit` alone drops what is more than the pipe holds.
 */
export async function endProcess(code?: number): Promise<never> {
  await Promise.all([process.stdout, process.stderr].map(untilWritten))
  process.exit(code)
}

function untilWritten(stream: NodeJS.WriteStream): Promise<void> {
  stream.on('error', () => {}) // nobody reads it any more
  return new Promise((resolve) => stream.write('', () => resolve()))
}
