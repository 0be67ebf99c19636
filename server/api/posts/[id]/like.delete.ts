import { deleteLike, findLikeState } from '#db/queries/likes.ts'
import type { LikeState } from '#db/queries/likes.ts'
import { PostParams } from '#shared/schemas/ids.ts'
import { useDb } from '#server/parts.ts'

export default defineApiHandler(async (event): Promise<LikeState> => {
  const viewer = await limitUser(event, 'like')
  const { id } = readParams(event, PostParams)
  const db = await useDb()
  await deleteLike(db, id, viewer)
  const state = await findLikeState(db, id, viewer)
  if (!state) throw apiError(404, 'This post has been deleted.')
  return state
})
