import * as v from 'valibot'
import { migrateDatabase } from '#db/migrate.ts'
import { readEnv, ServerEnv } from '#server/schemas/env.ts'

const url = v.safeParse(ServerEnv.entries.DATABASE_URL, readEnv(process.env).DATABASE_URL)
if (!url.success) {
  console.error(url.issues[0].message)
  process.exit(1)
}
await migrateDatabase(url.output, 'db/migrations')
console.log('The database is at the newest migration.')
