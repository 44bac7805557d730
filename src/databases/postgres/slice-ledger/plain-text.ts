import type { Client } from 'pg'

/**
 * Keys are written down as text, and read back by any session whatever its own settings. These are the forms that mean
 * the same everywhere (PostgreSQL's manual, 8.5.2 and 8.5.5). For sessions of Purser's own: a task's keeps the app's.
 */
export async function plainText(client: Client): Promise<void> {
  await client.query(`
    set datestyle = 'ISO'; set intervalstyle = 'iso_8601'; set timezone = 'UTC'; set extra_float_digits = 1;
    set bytea_output = 'hex'; set lc_monetary = 'C';
    -- whatever the app's role has: a look for the next slices may take its time, and waits for nobody's commit
    set statement_timeout = 0; set lock_timeout = 0; set default_transaction_isolation = 'read committed'`)
}
