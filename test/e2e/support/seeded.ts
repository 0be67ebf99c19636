import * as v from 'valibot'
import type { Database } from '#db/client.ts'
import { seedPosts } from '#scripts/demo/seed-posts.ts'

/** What the demo's seed writes, in an order in which each row finds those that it names. */
const tables = ['posts', 'mentions', 'likes', 'notifications', 'notification_marks', 'profiles'] as const

/** All rows of each table, as JSON, once this process has seeded a database. */
let written: Promise<Map<string, string>> | undefined

const Rows = v.tuple([v.object({ rows: v.string() })])

async function seedAndRead(db: Database) {
  await seedPosts(db)
  const rows = await Promise.all(tables.map(table => db.$client.unsafe(`select coalesce(json_agg(t), '[]')::text as rows from ${table} t`)))
  return new Map(tables.map((table, index) => [table, v.parse(Rows, rows[index])[0].rows]))
}

/**
 * The demo's posts in a database that has its people and no post: the demo's own 1,300 statements the first time,
 * and for each database after it the rows that those wrote, so that a file of tests begins 2 s sooner.
 */
export async function seedPostsOnce(db: Database): Promise<void> {
  if (!written) {
    written = seedAndRead(db)
    await written
    return
  }
  for (const [table, rows] of await written) await db.$client.unsafe(`insert into ${table} select * from json_populate_recordset(null::${table}, $1::json)`, [rows])
}
