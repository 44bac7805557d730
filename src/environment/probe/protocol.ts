/**
 * What a probe prints, on lines of fields with a tab in between; control characters and backslashes in a field are
 * written `\xHH` and `\\`.
 *
 *     purser:NONCE:begin
 *     ID  =  VALUE  SOURCE     a fact
 *     ID  ~  SOURCE  HASH      a fact whose value is so long that its SHA-256 stands for it
 *     ID  #  SOURCE  HASH      the inner half of a keyed digest (`keyed.ts`)
 *     ID  ?  WHY               a fact that could not be seen
 *     !  other-user  UID  GID  the process can be looked at as this user only
 *     +  PART  LINES           one of the probe's other programs has told this many facts
 *     purser:NONCE:end LINES PARTS
 *
 * LINES at the end counts what the shell itself told. Facts of `process` and `room` are about the process and its
 * machine, and are no part of the comparison.
 */
export const signs = { value: '=', long: '~', keyed: '#', unseen: '?' } as const

export function beginMark(nonce: string): string {
  return `purser:${nonce}:begin`
}

/** What the last line begins with. */
export function endMark(nonce: string): string {
  return `purser:${nonce}:end `
}
