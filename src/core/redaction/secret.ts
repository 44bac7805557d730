/** A value that must be seen nowhere, under a name that may be. */
export interface Secret {
  /** A variable's or a parameter's name. */
  readonly name: string
  readonly value: string
}
