import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { stringify } from 'csv-stringify'
import { setResponseHeaders } from 'h3'
import type { Database } from '#db/client.ts'
import { listAdminUsers } from '#db/queries/admin-users.ts'
import type { UserFilterQuery } from '#shared/schemas/admin.ts'
import { UsersCsvQuery } from '#shared/schemas/admin.ts'
import type { Position } from '#shared/schemas/paging.ts'
import type { AdminUser } from '#shared/types/admin.ts'
import { useDb } from '#server/parts.ts'
import { logFailure } from '#server/log/log.ts'

const BATCH = 1_000

const columns = [
  'id', 'name', 'username', 'firstName', 'lastName', 'email', 'status', 'banned', 'clerkCreatedAt', 'clerkUpdatedAt',
  'clerkEventAt', 'lastSignInAt', 'deletedAt', 'syncedAt', 'syncedBy', 'imageUrl',
] satisfies (keyof AdminUser)[]

/**
 * The list of users as a table, all of it, with the same filters. A page is read when the client has taken the last
 * one, so that a slow client holds no rows here and one that is gone ends the reading.
 */
export default defineAdminHandler(async (event): Promise<void> => {
  const query = readQuery(event, UsersCsvQuery)
  await limitUser(event, 'export')
  const db = await useDb()
  setResponseHeaders(event, {
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': `attachment; filename="users-${new Date().toISOString().slice(0, 10)}.csv"`,
  })
  // Excel takes a file without the mark for Latin-1, and a value that begins with a sign for a formula.
  const csv = stringify({ bom: true, header: true, columns, escape_formulas: true, cast: { boolean: String } })
  // It ends when the client goes away. When the database fails, `pages` has logged it, and an answer that has begun can only break off.
  await pipeline(Readable.from(pages(db, query, event.context.requestId)), csv, event.node.res).catch(() => {})
})

async function* pages(db: Database, query: UserFilterQuery, requestId: string | undefined): AsyncGenerator<AdminUser> {
  let cursor: Position | undefined
  do {
    const { users, next } = await listAdminUsers(db, { ...query, cursor, limit: BATCH }).catch((error) => {
      logFailure('users.csv', error, { requestId })
      throw error
    })
    yield* users
    cursor = next ?? undefined
  } while (cursor)
}
