/** Where a credential is, never the credential. */
export type Reference =
  /** A variable of the serving release. */
  | { readonly variable: string }
  /** A file on the machine where `purser` runs; its content without the line end. */
  | { readonly file: string }
