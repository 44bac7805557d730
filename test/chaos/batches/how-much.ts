/** Whether everything is tried, and not only what fits into CI. */
export const isFull = process.env.PURSER_CHAOS === 'full'

/** How many rounds a transport gets: few in CI, and as many as asked for where one is to be repeated. */
export const rounds = Number(process.env.PURSER_CHAOS_ROUNDS ?? (isFull ? 100 : 4))

/** The first round's seed; each further one has the next. */
export const firstSeed = Number(process.env.PURSER_CHAOS_SEED ?? Date.now() % 1_000_000_000)

/** More than a round can take, with whatever is put up with in it. */
export const roundMs = 480_000
