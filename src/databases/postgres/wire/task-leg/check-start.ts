import type { FirstPacket } from '../protocol/first-packet.ts'
import type { Parameters } from '../protocol/write.ts'
import { hints, Refused } from './refused.ts'

type Start = Extract<FirstPacket, { readonly kind: 'start' }>

interface Known {
  readonly user: string
  /** As it is, and as the task's driver may write it. */
  readonly databases: readonly string[]
}

/** What of a client's start is for the server. Throws `Refused`. */
export function checkStart({ version, parameters }: Start, known: Known): Parameters {
  if (version >> 16 !== 3)
    throw new Refused(
      '08P01',
      `The client speaks version ${wordsOf(version)} of the protocol, and PostgreSQL version 3.`,
    )
  const user = parameters.get('user')?.toString() ?? ''
  const database = parameters.get('database')?.toString() ?? user
  if (user !== known.user)
    throw new Refused('28000', `The wire knows no user "${user}", but only the one of this run.`, hints.url)
  if (!known.databases.includes(database)) {
    throw new Refused(
      '3D000',
      `The wire leads to the database "${known.databases[0]}", and not to "${database}".`,
      hints.url,
    )
  }
  if (replicates(parameters))
    throw new Refused('0A000', 'The client asks for a replication connection, which the wire does not carry.')
  return new Map([...parameters].filter(([name]) => !['user', 'database', 'replication'].includes(name)))
}

function wordsOf(version: number): string {
  return `${version >> 16}.${version & 0xffff}`
}

// As the server reads a truth value: anything that is not clearly false asks for it.
function replicates(parameters: Parameters): boolean {
  const value = parameters.get('replication')?.toString().toLowerCase()
  return value !== undefined && !/^(0|f|fa|fal|fals|false|n|no|of|off)$/.test(value)
}
