/**
 * The kinds of which a test makes a difference on a real engine, by their numbers; `every-kind.test.ts` checks that these
 * are those of its tables. `docs/drift.md` tells them as tested.
 */
export const tested: readonly number[] = [
  1, 2, 3, 5, 6, 8, 10, 11, 12, 13, 14, 15, 16, 17, 21, 22, 23, 24, 25, 26, 28, 29, 30, 33, 34, 35, 36, 37,
  38, 39, 40, 41, 42, 43, 44, 45, 46, 48, 49, 50, 51, 52, 53, 54, 55, 57, 59, 60, 61, 62, 63, 64, 65, 66, 67,
  68, 69, 70, 71, 72,
]

/** Kinds that are compared, and in which two containers of one engine can't be made to differ, with the reason. */
export const untestable: Readonly<Record<number, string>> = {
  4: 'one engine runs one architecture',
  18: 'containers of one engine share its kernel',
}
