import { setResponseStatus } from 'h3'
import { restrict } from '#db/queries/restrictions.ts'
import { findUser } from '#db/queries/users.ts'
import { UserParams } from '#shared/schemas/ids.ts'
import { Restriction } from '#shared/schemas/moderation.ts'
import { RESTRICTED_AT_MOST } from '#shared/types/moderation.ts'
import { useDb } from '#server/parts.ts'

const full = {
  mute: `You have muted ${RESTRICTED_AT_MOST} people, which is the most. Unmute someone first.`,
  block: `You have blocked ${RESTRICTED_AT_MOST} people, which is the most. Unblock someone first.`,
}

/** Mutes or blocks someone. Nobody is told. */
export default defineApiHandler(async (event) => {
  const userId = await limitUser(event, 'change')
  const { id } = readParams(event, UserParams)
  const { kind } = await readJson(event, Restriction)
  if (id === userId) throw apiError(400, `You cannot ${kind} yourself.`)
  const db = await useDb()
  if (!await restrict(db, userId, id, kind)) {
    await requireAuthor(event)
    const other = await findUser(db, id)
    if (!other || other.user.status === 'gone') throw apiError(404, 'This account has been deleted.')
    if (!await restrict(db, userId, id, kind)) throw apiError(409, full[kind])
  }
  setResponseStatus(event, 204)
  return null
})
