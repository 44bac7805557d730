/** What a keeper of a twin's namespaces tells. */
export type Told =
  /** The socket on which it listens for the wire comes with it: whoever has that can accept. */
  | { readonly kind: 'wire' }
  | { readonly kind: 'ready' }
  | { readonly kind: 'escape'; readonly to: string }
  /** The answer to a request to look: all that was tried before has been told. */
  | { readonly kind: 'looked' }

/** Hears what a twin tried to reach. */
export type Escaped = (to: string) => Promise<void>
