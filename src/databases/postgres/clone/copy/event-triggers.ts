import type { Client } from 'pg'

/**
 * Keeps the app's event triggers from our own statements in a copy, or lets them again; only a superuser may. Foreign keys
 * are not checked in between.
 */
export async function setEventTriggers(client: Client, state: 'on' | 'off'): Promise<void> {
  await client.query(`
    select set_config('session_replication_role', '${state === 'off' ? 'replica' : 'origin'}', false)
    where current_setting('is_superuser') = 'on'`)
}
