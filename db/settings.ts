import type postgres from 'postgres'

/**
 * What Postgres does by itself for each session of this role in this database: it ends what takes too long, and notices
 * a client that is gone, so that one that was cut off holds no lock for hours.
 * They are settings of the role, so that they hold behind a transaction pooler too. A statement that needs another value
 * sets it for itself (`set local`).
 */
export const roleSettings = {
  // A statement that hangs becomes a 500 before Svix gives up on the delivery, after 15 s.
  statement_timeout: '10s',
  // A statement waits this long for a locked row, so that other deliveries do not wait behind it.
  lock_timeout: '2s',
  idle_in_transaction_session_timeout: '10s',
  tcp_keepalives_idle: '10',
  tcp_keepalives_interval: '5',
  tcp_keepalives_count: '3',
  tcp_user_timeout: '20s',
  client_connection_check_interval: '5s',
} as const
type Setting = keyof typeof roleSettings

export interface SettingsMade {
  /** Whether sessions that began before lack some of them. */
  changed: boolean
  /** Those that the role may not set, and that are off in this session. */
  refused: Setting[]
}

/**
 * Makes the settings of the role, where they differ. An ordinary role may do so for itself.
 * @param database in which they hold: any of this server
 * @throws what the driver throws when the connection is lost
 */
export async function makeRoleSettings(sql: postgres.Sql, database: string): Promise<SettingsMade> {
  const stored = await sql<{ setting: string }[]>`
    select unnest(s.setconfig) as setting
    from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase join pg_roles r on r.oid = s.setrole
    where d.datname = ${database} and r.rolname = current_user
  `
  const known = new Set(stored.map(({ setting }) => setting))
  let changed = false
  const refused: string[] = []
  for (const [name, value] of Object.entries(roleSettings)) {
    if (known.has(`${name}=${value}`)) continue
    try {
      await sql.unsafe(`alter role current_user in database "${database.replaceAll('"', '""')}" set ${name} = '${value}'`)
      changed = true
    }
    catch (error) {
      // Not allowed, or not known on this system.
      if (!(error instanceof Error && 'code' in error && /^(?:42501|0A000|22023|42704)$/.test(String(error.code)))) throw error
      refused.push(name)
    }
  }
  const off = await findSettingsOff(sql)
  return { changed, refused: off.filter(name => refused.includes(name)) }
}

/** The settings that are off in this session, and so set no bound. */
export async function findSettingsOff(sql: postgres.Sql): Promise<Setting[]> {
  const off = await sql<{ name: Setting }[]>`select name from pg_settings where name = any(${Object.keys(roleSettings)}) and setting = '0'`
  return off.map(({ name }) => name)
}

/** Lets this session take its time, as long as it lives. */
export const withoutTimeouts = (sql: postgres.Sql) =>
  sql`select set_config(name, '0', false) from pg_settings where name in ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout')`
