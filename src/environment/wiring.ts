/** Where a configuration lives. */
export interface Place {
  /** The folder of the configuration file; relative paths in it start here. */
  readonly root: string
  /** Purser's own folder there, `.purser`. */
  readonly state: string
}

/**
 * A backend as the configuration names it: cheap to make, loaded when it is opened.
 * `Options` are what the user wrote, for `purser check` and error messages.
 */
export interface Wiring<Backend, Kind extends string = string> {
  readonly kind: Kind
  /** For people: `local (pid file var/atlas.pid)`. */
  readonly describe: string
  /** What is wrong with the options, each with its key path inside them. */
  readonly problems: readonly { readonly path: string; readonly message: string }[]
  open(place: Place): Promise<Backend>
}
