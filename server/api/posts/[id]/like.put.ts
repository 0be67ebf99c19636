import { insertLike, findLikeState } from '#db/queries/likes.ts'
import type { LikeState } from '#db/queries/likes.ts'
import { isPostBlocked } from '#db/queries/restrictions.ts'
import { COUNTED_AT_MOST } from '#shared/types/post.ts'
import { PostParams } from '#shared/schemas/ids.ts'
import { useDb } from '#server/parts.ts'

export default defineApiHandler(async (event): Promise<LikeState> => {
  const viewer = await limitUser(event, 'like')
  const { id } = readParams(event, PostParams)
  const db = await useDb()
  await insertLike(db, id, viewer)
  const state = await findLikeState(db, id, viewer)
  if (!state) throw apiError(404, 'This post has been deleted.')
  if (state.likedByMe) return state
  await requireAuthor(event)
  if (await isPostBlocked(db, id, viewer)) throw apiError(403, 'You cannot like this post.')
  await insertLike(db, id, viewer)
  return { likeCount: Math.min(state.likeCount + 1, COUNTED_AT_MOST), likedByMe: true }
})
