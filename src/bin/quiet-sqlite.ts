/** Node 22 warns of the first use of its SQLite in every process. That is for us to know, not for whoever types. */
export function keepQuietAboutSqlite(): void {
  const emit = process.emitWarning.bind(process) as (...words: readonly unknown[]) => void
  process.emitWarning = (...words: readonly unknown[]) => {
    if (!String(words[0]).startsWith('SQLite is an experimental feature')) emit(...words)
  }
}
