import { v7 as uuidv7 } from 'uuid'
import type { Database } from '#db/client.ts'
import { insertLike } from '#db/queries/likes.ts'
import { markSeen } from '#db/queries/notifications.ts'
import { insertPost } from '#db/queries/post-changes.ts'
import { listPosts } from '#db/queries/posts.ts'
import { peopleIds } from '#local-clerk/seed/people.ts'
import { resolveMentions } from '#server/utils/mentions.ts'
import { demoPosts } from './posts.ts'
import type { DemoPost } from './posts.ts'
import { seedProfiles } from './profiles.ts'

const MINUTE_MS = 60_000
/** A post is liked within this time, or what is left of it until now, minutes. */
const LIKED_WITHIN = 180
/** What is older was seen by those who were notified of it, minutes. */
const SEEN_AFTER = 24 * 60

/**
 * Gives an empty feed the posts and likes of its people, and them their profiles, through the same queries as the app.
 * @returns how many were written; 0 when there were posts already
 */
export async function seedPosts(db: Database): Promise<number> {
  const { posts } = await listPosts(db, { limit: 1, viewerId: null })
  if (posts.length > 0) return 0

  const now = Date.now()
  let written = 0
  const write = async (post: DemoPost, parentId: string | null) => {
    const msecs = now - post.minutesAgo * MINUTE_MS
    const id = uuidv7({ msecs })
    const createdAt = new Date(msecs).toISOString()
    if (!await insertPost(db, { id, authorId: post.author, parentId, ...await resolveMentions(db, post.author, post.body), createdAt })) return
    written++
    const likers = post.likes ?? []
    const everyMs = Math.min(post.minutesAgo, LIKED_WITHIN) * MINUTE_MS / (likers.length + 1)
    for (const [place, liker] of likers.entries()) await insertLike(db, id, liker, new Date(msecs + (place + 1) * everyMs).toISOString())
    for (const reply of post.replies ?? []) await write(reply, id)
  }
  // Each thread in its order, and all threads at once.
  await Promise.all(demoPosts(peopleIds).map(post => write(post, null)))
  for (const id of Object.values(peopleIds)) await markSeen(db, id, new Date(now - SEEN_AFTER * MINUTE_MS).toISOString())
  await seedProfiles(db)
  return written
}
