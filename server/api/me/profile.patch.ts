import { updateProfile } from '#db/queries/users.ts'
import { ProfilePatch } from '#shared/schemas/profile.ts'
import type { OwnProfile } from '#shared/types/user.ts'
import { useDb } from '#server/parts.ts'

/** What Clerk does not hold of a person, changed by that person alone. */
export default defineApiHandler(async (event): Promise<OwnProfile> => {
  const userId = await limitUser(event, 'change')
  const patch = await readJson(event, ProfilePatch)
  const db = await useDb()
  const saved = await updateProfile(db, userId, patch)
  if (saved) return saved
  await requireAuthor(event)
  const retried = await updateProfile(db, userId, patch)
  if (!retried) throw apiError(403, 'This account cannot post.')
  return retried
})
