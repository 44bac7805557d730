/** Throws when something is not as the demo says that it is. */
export function expect(holds: boolean, sentence: string): void {
  if (!holds) throw new Error(`This should hold and does not: ${sentence}`)
}
