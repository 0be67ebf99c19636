import type { Database } from '#db/client.ts'
import { closeDatabase, openDatabase } from '#db/client.ts'
import { ensureSyncState } from '#db/queries/state.ts'
import type { LocalClerk, LocalClerkOptions } from '#local-clerk/index.ts'
import { startLocalClerk } from '#local-clerk/index.ts'
import type { ClerkReader } from '#server/sync/clerk.ts'
import { createClerkReader } from '#server/sync/clerk.ts'
import { createTestDatabase } from './rollcall.ts'

export interface Mirror {
  db: Database
  databaseUrl: string
  clerk: LocalClerk
  reader: ClerkReader
  stop(): Promise<void>
}

/** A database and a local Clerk with no app between them: for what the sync does outside a request. */
export async function startMirror(options: LocalClerkOptions = {}): Promise<Mirror> {
  const databaseUrl = await createTestDatabase()
  const db = openDatabase(databaseUrl, { max: 5 })
  await ensureSyncState(db)
  const clerk = await startLocalClerk({ port: 0, ...options })
  return {
    db,
    databaseUrl,
    clerk,
    reader: createClerkReader({ secretKey: clerk.secretKey, apiUrl: clerk.url }),
    async stop() {
      await clerk.close()
      await closeDatabase(db)
    },
  }
}

/** The ids of Clerk's users, and of our rows that are not tombstones: equal when the copy is. */
export async function namesOnBothSides({ db, clerk }: Mirror) {
  const ours = await db.$client<{ id: string, first_name: string | null }[]>`select id, first_name from users where deleted_at is null order by id`
  return {
    clerk: clerk.users.list().map(user => [user.id, user.firstName] as const).sort(([a], [b]) => a < b ? -1 : 1),
    ours: ours.map(row => [row.id, row.first_name] as const).sort(([a], [b]) => a < b ? -1 : 1),
  }
}
