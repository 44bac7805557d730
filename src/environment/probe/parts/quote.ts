/** One word of POSIX sh. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
