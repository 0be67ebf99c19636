import { findRun } from '#db/queries/runs.ts'
import { describeUsers } from '#db/queries/users.ts'
import { RunParams } from '#shared/schemas/ids.ts'
import type { RunPeople } from '#shared/types/admin.ts'
import { unnamedOf } from '#shared/utils/run-people.ts'
import { ClerkError, clerkFailureOf } from '#server/sync/clerk.ts'
import { useDb, useMirror } from '#server/parts.ts'

/**
 * The names of those whom a report counts as missing, from Clerk as it is now. A report keeps ids alone: what Clerk says of
 * someone without a row would outlive their signed delete there.
 */
export default defineAdminHandler(async (event): Promise<RunPeople> => {
  await limitUser(event, 'clerk')
  const { id } = readParams(event, RunParams)
  const db = await useDb()
  const run = await findRun(db, id)
  if (!run) throw apiError(404, 'There is no run with this id.')
  const ids = unnamedOf(run)
  if (ids.length === 0) return { people: {}, failure: null }
  try {
    const { users } = await useMirror().clerk.list({ orderBy: '+created_at', limit: ids.length, ids })
    return { people: Object.fromEntries((await describeUsers(db, users)).map(user => [user.id, user])), failure: null }
  }
  catch (error) {
    if (!(error instanceof ClerkError)) throw error
    return { people: {}, failure: clerkFailureOf(error) }
  }
})
