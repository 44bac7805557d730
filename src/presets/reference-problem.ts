import path from 'node:path'

/** What is wrong with a reference to a URL, with examples of what it can be; nothing where it is one. */
export function referenceProblem(
  value: unknown,
  example: { readonly variable: string; readonly file: string },
): string | undefined {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : []
  const [[kind, place] = []] = entries
  const isReference =
    entries.length === 1 &&
    (kind === 'variable' || kind === 'file') &&
    typeof place === 'string' &&
    place !== ''
  if (!isReference) {
    const examples = `{ variable: '${example.variable}' } or { file: '${example.file}' }`
    return `must be a reference, never the URL itself: ${examples}.`
  }
  if (kind === 'file' && !path.isAbsolute(place))
    return `names the file ${place}: expected a whole path, such as ${example.file}.`
  return undefined
}
