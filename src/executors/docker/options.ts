/** Which containers are the app's: exactly one of these ways. */
export type Selector =
  /** A service of a compose file; `project` where several projects of this engine have a service of that name. */
  | { readonly service: string; readonly project?: string }
  /** `KEY` or `KEY=VALUE`; of several, all must be there. */
  | { readonly label: string | readonly string[] }
  /** A container's own name. */
  | { readonly name: string }

/** The app is one or more containers of a Docker Engine. */
export type DockerOptions = Selector & {
  /** The engine: `unix:///…`, `tcp://…`, `ssh://…`. As the `docker` command would find it unless stated. */
  readonly host?: string
  /** A context of the `docker` command. */
  readonly context?: string
  /**
   * Whether the image's entrypoint runs before a task, as it does before the app. `skip` where it migrates by itself, or
   * ignores its command. What is right is told from the running app unless stated.
   */
  readonly entrypoint?: 'run' | 'skip'
  /** Paths in the container, of volumes that only the app may write to: twins get them read-only. */
  readonly readOnly?: readonly string[]
  /** An image with a static busybox at /bin/busybox, for images without a shell. `busybox` unless stated. */
  readonly helper?: string
}
