import type { ClientOutcome, ClientStatement, Clients, Lacking } from '../../../inspector.ts'
import { end, type Sessions } from '../sessions.ts'
import { quoted } from '../sql.ts'
import { executeOne, type Prepared, prepareOne, valuesFor } from './prepared.ts'
import { openAs, type RoleSession } from './role-session.ts'

/** Prepares statements, in one session for each role. */
export async function openClients(
  sessions: Sessions,
  statements: readonly ClientStatement[],
): Promise<Clients> {
  const opened = new Map<string | undefined, RoleSession>()
  const close = async () => {
    await Promise.all([...opened.values()].map(({ client }) => end(client)))
  }
  try {
    const prepared: Prepared[] = []
    for (const [index, { text, role }] of statements.entries()) {
      const session = opened.get(role) ?? (await openAs(sessions, role))
      opened.set(role, session)
      prepared.push(await prepareOne(session.client, `purser_${index}`, text))
    }
    // by the types of before: a client goes on to send what it sent
    const values = new Map<string, readonly (string | null)[]>()
    for (const { client } of opened.values()) {
      for (const [name, some] of await valuesFor(client)) values.set(name, some)
    }
    return {
      lacking: await lackingRoles(opened),
      execute: () => executeAll(prepared, values),
      [Symbol.asyncDispose]: close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

async function executeAll(
  prepared: readonly Prepared[],
  values: ReadonlyMap<string, readonly (string | null)[]>,
): Promise<readonly ClientOutcome[]> {
  const outcomes: ClientOutcome[] = []
  for (const one of prepared) outcomes.push(await executeOne(one, values.get(one.name) ?? []))
  return outcomes
}

async function lackingRoles(
  opened: ReadonlyMap<string | undefined, RoleSession>,
): Promise<readonly Lacking[]> {
  const lacking: Lacking[] = []
  for (const [role, { client, isRole }] of opened) {
    if (role === undefined || isRole) continue
    const { rows } = await client.query<{ readonly own: string }>('select session_user::text as own')
    lacking.push({
      what: `the right to be the role ${role}, as which clients send statements: they were tried with rights of its own instead`,
      grant: `GRANT ${quoted(role)} TO ${quoted(rows[0]?.own ?? '')}`,
    })
  }
  return lacking
}
