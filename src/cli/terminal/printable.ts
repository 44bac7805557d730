/** A text of somebody else's on one line, without anything that a terminal would act upon. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ')
}

/** The same for a text of several lines. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n')
}
