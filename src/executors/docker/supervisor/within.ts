/** How long an entrypoint may take (a database to come up, secrets to fetch) before the command's turn. */
export const entrypointLimitMs = 120_000

/** What is waited for, or that it came too late. */
export async function within<T>(limitMs: number, answer: Promise<T>): Promise<T | 'late'> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), limitMs)
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}
