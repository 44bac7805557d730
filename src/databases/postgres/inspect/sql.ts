/** A name as SQL takes it, whatever is in it. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** A text as SQL takes it, whatever is in it. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** Stands in the statements of ours, so that they are not taken for a client's: never first, where it is not kept. */
export const marker = '/* purser */'
