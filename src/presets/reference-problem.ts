import path from 'node:path'

/** What is wrong with a reference to a database's URL, with a file as an example; nothing where it is one. */
export function referenceProblem(value: unknown, exampleFile: string): string | undefined {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : []
  const [[kind, place] = []] = entries
  const isReference =
    entries.length === 1 &&
    (kind === 'variable' || kind === 'file') &&
    typeof place === 'string' &&
    place !== ''
  if (!isReference) {
    const examples = `{ variable: 'DATABASE_URL' } or { file: '${exampleFile}' }`
    return `must be a reference, never the URL itself: ${examples}.`
  }
  if (kind === 'file' && !path.isAbsolute(place))
    return `names the file ${place}: expected a whole path, such as ${exampleFile}.`
  return undefined
}
