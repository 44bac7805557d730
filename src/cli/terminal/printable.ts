/** A text of somebody else's on one line, without anything that a terminal would act upon. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ')
}

/** The same for a text of several lines. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n')
}

/** The same, and no longer than so many characters. */
export function shortened(text: string, length: number): string {
  const line = printable(text)
  return line.length <= length ? line : `${line.slice(0, length - 1)}…`
}
