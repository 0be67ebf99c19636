import { findAdminUser } from '#db/queries/admin-users.ts'
import { describeUsers } from '#db/queries/users.ts'
import { UserParams } from '#shared/schemas/ids.ts'
import type { UserDiff } from '#shared/types/admin.ts'
import { clerkFailureOf } from '#server/sync/clerk.ts'
import { diffUser } from '#server/sync/scan/drift.ts'
import { useDb, useMirror } from '#server/parts.ts'

/** Clerk now beside our row, field by field. Writes nothing. */
export default defineAdminHandler(async (event): Promise<UserDiff> => {
  await limitUser(event, 'clerk')
  const { id } = readParams(event, UserParams)
  const checkedAt = new Date().toISOString()
  const db = await useDb()
  const ours = (await findAdminUser(db, id))?.user ?? null
  const asked = await useMirror().clerk.user(id).then(
    ({ user }) => ({ user }),
    error => ({ failure: clerkFailureOf(error) }),
  )
  if ('failure' in asked) return { checkedAt, status: 'unreachable', failure: asked.failure }
  if (!asked.user && !ours) throw apiError(404, 'Neither Clerk nor this copy has a user with this id.')
  const difference = diffUser(asked.user, ours)
  if (difference.status !== 'unknown') return { checkedAt, ...difference }
  const [person] = await describeUsers(db, asked.user ? [asked.user] : [])
  if (!person) throw new Error('Clerk\'s user was not described.')
  return { checkedAt, ...difference, person }
})
