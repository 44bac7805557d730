import { Bug } from '../../../core/errors.ts'
import type { ClonePlace, Cloner } from '../../clone.ts'
import { CommandCloner } from './command/command-cloner.ts'
import type { PostgresCloneOptions } from './options.ts'
import { PostgresCloner } from './postgres-cloner.ts'

/** The cloner that the configuration asks for: by commands where it names them, else by a golden copy on a server. */
export function openCloner(place: ClonePlace, options: PostgresCloneOptions): Cloner {
  const { command } = options
  if (command !== undefined) return new CommandCloner(place, { ...options, command })
  const { server } = place
  if (server === undefined) throw new Bug('Clones have neither a server nor a command.')
  return new PostgresCloner({ ...place, server }, options)
}
