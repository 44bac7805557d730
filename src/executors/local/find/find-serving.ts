import type { Place } from '../../../environment/wiring.ts'
import { findByCommand } from './by-command.ts'
import { findByPidFile } from './by-pid-file.ts'
import { findByPort } from './by-port.ts'

/** How an app's processes are found on this machine: exactly one of these. */
export type FinderOptions =
  /** A file with the app's pid, relative to the configuration. */
  | { readonly pidFile: string }
  /** A TCP port that the app listens on. */
  | { readonly port: number }
  /** The app's command as `ps` shows it, or its first words: `node server.js`. */
  | { readonly command: string }

/** Pids that serve; of pre-forked workers only their master. Throws `APP_NOT_RUNNING`, `APP_NOT_THIS_ONE`, `APP_UNREADABLE`. */
export function findServing(options: FinderOptions, place: Place): readonly number[] {
  if ('pidFile' in options) return [findByPidFile(options.pidFile, place.root)]
  if ('port' in options) return findByPort(options.port)
  return findByCommand(options.command)
}
