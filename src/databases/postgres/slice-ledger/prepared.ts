import type { Client, QueryConfig } from 'pg'

const name = 'purser_effect'

const preparedOn = new WeakMap<Client, string>()

/** Has the server read a statement, without doing it, for `execution` on this connection. Throws what is wrong with it. */
export async function prepareOn(client: Client, text: string): Promise<void> {
  const before = preparedOn.get(client)
  if (before === text) return
  if (before !== undefined) await client.query(`deallocate ${name}`)
  preparedOn.delete(client)
  // a second statement behind it would be carried out here in the simple protocol, and is refused in the other
  await client.query({ text: `prepare ${name} as ${text}`, queryMode: 'extended' } as QueryConfig)
  preparedOn.set(client, text)
}

/** What carries out the statement that is prepared on a connection, with values whose text is what the driver would bind. */
export function execution(client: Client, values: readonly unknown[]): string {
  return `execute ${name} (${values.map((value) => literal(client, value)).join(', ')})`
}

function literal(client: Client, value: unknown): string {
  return value === null || value === undefined ? 'null' : client.escapeLiteral(String(value))
}
