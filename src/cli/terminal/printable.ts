/** A text of somebody else's on one line, without anything that a terminal would act upon. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ')
}
