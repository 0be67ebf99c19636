import postgres from 'postgres'
import * as v from 'valibot'
import { inject } from 'vitest'
import type { Database } from '#db/client.ts'
import { seedPosts } from '#scripts/demo/seed-posts.ts'

/** What the demo's seed writes, in an order in which each row finds those that it names. */
const tables = ['posts', 'mentions', 'likes', 'notifications', 'notification_marks', 'profiles'] as const

/** All rows of each table, as JSON. */
const Written = v.array(v.object({ name: v.picklist(tables), rows: v.string() }))
type Written = v.InferOutput<typeof Written>

let written: Written | undefined

/**
 * The demo's posts in a database that has its people and no post: the demo's own 1,300 statements the first time in a run,
 * and for each database after it the rows that those wrote, so that a file of tests begins 2 s sooner.
 */
export async function seedPostsOnce(db: Database): Promise<void> {
  if (!written) {
    const { rows, isNew } = await seedOrRead(db)
    written = rows
    if (isNew) return
  }
  for (const { name, rows } of tables.flatMap(table => written?.filter(({ name }) => name === table) ?? [])) {
    await db.$client.unsafe(`insert into ${name} select * from json_populate_recordset(null::${name}, $1::json)`, [rows])
  }
}

/** One process of the run seeds; the others wait for it, and find what it wrote in the Postgres that they share. */
async function seedOrRead(db: Database): Promise<{ rows: Written, isNew: boolean }> {
  const sql = postgres(inject('postgresUrl'), { max: 1, onnotice: () => {} })
  try {
    await sql`select pg_advisory_lock(1)`
    await sql`create table if not exists seeded (name text primary key, rows text not null)`
    const found = v.parse(Written, [...await sql`select name, rows from seeded`])
    if (found.length > 0) return { rows: found, isNew: false }
    await seedPosts(db)
    const rows = v.parse(Written, await Promise.all(tables.map(async name => (await db.$client.unsafe(`select '${name}' as name, coalesce(json_agg(t), '[]')::text as rows from ${name} t`))[0])))
    await sql`insert into seeded ${sql(rows)}`
    return { rows, isNew: true }
  }
  finally {
    await sql.end()
  }
}
