import * as v from 'valibot'
import { migrateDatabase, MigrationBlockedError } from '#db/migrate.ts'
import { PooledAddressError } from '#db/pooler.ts'
import { readEnv, ServerEnv } from '#server/schemas/env.ts'

const env = v.safeParse(v.pick(ServerEnv, ['DATABASE_URL', 'DATABASE_DIRECT_URL']), readEnv(process.env))
if (!env.success) {
  console.error(env.issues[0].message)
  process.exit(1)
}
try {
  await migrateDatabase(env.output.DATABASE_DIRECT_URL ?? env.output.DATABASE_URL, 'db/migrations')
  console.log('The database is at the newest migration.')
}
catch (error) {
  if (!(error instanceof PooledAddressError || error instanceof MigrationBlockedError)) throw error
  console.error(error.message)
  process.exitCode = 1
}
