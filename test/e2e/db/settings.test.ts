import { join } from 'node:path'
import postgres from 'postgres'
import { expect, it } from 'vitest'
import { closeDatabase, openDatabase } from '#db/client.ts'
import { migrateDatabase } from '#db/migrate.ts'
import { roleSettings } from '#db/settings.ts'
import { root } from '#scripts/lib/rollcall.ts'
import { createTestDatabase } from '../support/rollcall.ts'

const migrations = join(root, 'db/migrations')

it('the migration makes the timeouts of an ordinary role, once, and sessions that began before get them', async () => {
  const url = new URL(await createTestDatabase({ empty: true }))
  const database = url.pathname.slice(1)
  const owner = `owner_${database}`
  const admin = postgres(url.href, { max: 1, onnotice: () => {} })
  await admin.unsafe(`create role ${owner} login password 'secret'; alter database ${database} owner to ${owner}`)
  url.username = owner
  url.password = 'secret'

  const db = openDatabase(url.href, { max: 1 })
  const shown = async () => Object.fromEntries((await db.$client<{ name: string, value: string }[]>`select name, current_setting(name) as value from pg_settings where name = any(${Object.keys(roleSettings)})`).map(({ name, value }) => [name, value]))
  expect(await shown()).toMatchObject({ statement_timeout: '0', idle_in_transaction_session_timeout: '0' })

  expect(await migrateDatabase(url.href, migrations)).toEqual({ changed: true, refused: [] })
  expect(await shown()).toMatchObject({ statement_timeout: '0' })
  db.renew()
  await expect.poll(() => shown().catch(() => null)).toMatchObject({
    statement_timeout: '10s', lock_timeout: '2s', idle_in_transaction_session_timeout: '10s', client_connection_check_interval: '5s',
  })

  const version = () => admin`select s.xmin::text from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase where datname = ${database}`
  const before = await version()
  expect(await migrateDatabase(url.href, migrations)).toEqual({ changed: false, refused: [] })
  expect(await version()).toEqual(before)

  // Someone set another value: ours holds again.
  await admin.unsafe(`alter role ${owner} in database ${database} set statement_timeout = '1s'`)
  expect(await migrateDatabase(url.href, migrations)).toEqual({ changed: true, refused: [] })
  await closeDatabase(db)
  await admin.end()
})

it('an instance that is cut off in a transaction does not hold its locks', { timeout: 30_000 }, async () => {
  const url = await createTestDatabase()
  const [cutOff, other] = [openDatabase(url, { max: 1 }), openDatabase(url, { max: 1 })]
  await cutOff.$client`insert into sync_state (id) values (1)`
  const began = performance.now()
  const lost = cutOff.$client.begin(async (sql) => {
    await sql`update sync_state set instance_id = 'ins_1'`
    await new Promise(() => {})
  }).catch(() => {})
  await expect.poll(() => other.$client`update sync_state set instance_id = 'ins_2' returning id`.then(rows => rows.length, () => 0), { timeout: 20_000, interval: 500 }).toBe(1)
  expect(performance.now() - began).toBeLessThan(15_000)
  await lost
  await Promise.all([cutOff, other].map(one => closeDatabase(one, 0)))
})
