import type { Database } from '../client.ts'
import { CHANGES_CHANNEL } from './channel.ts'

export interface LikeState { likeCount: number, likedByMe: boolean }

/** Likes a post once, however often it is asked. Nothing is written for a post or a person that is not there. */
export async function insertLike(db: Database, postId: string, userId: string): Promise<void> {
  await db.$client`
    with author as (
      select id from users where id = ${userId} and deleted_at is null and not banned for share
    ), liked as (
      insert into likes (post_id, user_id)
      select p.id, author.id from posts p, author where p.id = ${postId} and p.deleted_at is null
      on conflict do nothing returning post_id
    )
    select pg_notify(${CHANGES_CHANNEL}, json_build_object('posts', json_build_array(post_id))::text) from liked
  `
}

export async function deleteLike(db: Database, postId: string, userId: string): Promise<void> {
  await db.$client`
    with unliked as (delete from likes where post_id = ${postId} and user_id = ${userId} returning post_id)
    select pg_notify(${CHANGES_CHANNEL}, json_build_object('posts', json_build_array(post_id))::text) from unliked
  `
}

/** How a post stands after a like; undefined when the post is not there. */
export async function findLikeState(db: Database, postId: string, userId: string): Promise<LikeState | undefined> {
  const [row] = await db.$client<LikeState[]>`
    select
      (select count(*)::int from likes l where l.post_id = p.id) as "likeCount",
      exists (select from likes l where l.post_id = p.id and l.user_id = ${userId}) as "likedByMe"
    from posts p where p.id = ${postId} and p.deleted_at is null
  `
  return row && { likeCount: row.likeCount, likedByMe: row.likedByMe }
}
