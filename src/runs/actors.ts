/** Who asked. Claimed by the machine that asked, not proven, unless `verified`. */
export interface Actor {
  readonly kind: 'human' | 'ci' | 'agent'
  /** The name people know: an e-mail address, a login. */
  readonly name: string
  /** Where the name was read, such as `git user.email` or `GITHUB_ACTOR`. */
  readonly source: string
  /** The operating system's user and host, whatever else was found. */
  readonly os: string
}
