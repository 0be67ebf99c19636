import { and, desc, eq, isNull, sql } from 'drizzle-orm'
import type { SQL } from 'drizzle-orm'
import type { Position } from '../../shared/schemas/paging.ts'
import type { Post } from '../../shared/types/post.ts'
import type { Database } from '../client.ts'
import { posts, users } from '../schema.ts'
import { CHANGES_CHANNEL } from './channel.ts'
import { isVisible, personColumns, toPublicUser } from './people.ts'
import type { PersonRow } from './people.ts'

const isShown = sql`(${posts.deletedAt} is null and ${isVisible})`
export const replyCount = sql<number>`(
  select count(*)::int from posts r join users ru on ru.id = r.author_id
  where r.parent_id = ${posts.id} and r.deleted_at is null and ru.deleted_at is null and not ru.banned
)`
export const likeCount = sql<number>`(select count(*)::int from likes l where l.post_id = ${posts.id})`
const mentioned = sql<PersonRow[]>`(
  select coalesce(json_agg(json_build_object(
    'id', mu.id, 'name', mu.name, 'username', mu.username, 'imageUrl', mu.image_url,
    'deletedAt', mu.deleted_at, 'clerkUpdatedAt', mu.clerk_updated_at
  )), '[]') from mentions m join users mu on mu.id = m.user_id where m.post_id = ${posts.id}
)`

/** Posts as `viewerId` sees them: authors, counts and mentions come in the same query. */
function selectPosts(db: Database, viewerId: string | null) {
  return db
    .select({
      id: posts.id,
      parentId: posts.parentId,
      body: sql<string | null>`case when ${isShown} then ${posts.body} end`,
      createdAt: posts.createdAt,
      author: personColumns,
      mentions: mentioned,
      replyCount,
      likeCount,
      likedByMe: sql<boolean>`exists (select from likes l where l.post_id = ${posts.id} and l.user_id = ${viewerId})`,
    })
    .from(posts)
    .innerJoin(users, eq(users.id, posts.authorId))
}

type PostRow = Awaited<ReturnType<typeof selectPosts>>[number]

function toPost(row: PostRow): Post {
  return { ...row, createdAt: row.createdAt.toISOString(), author: toPublicUser(row.author), mentions: row.mentions.map(toPublicUser) }
}

/**
 * Top-level posts, newest first, in one query whatever the number of authors.
 * @param page.after the last row of the page before
 * @returns up to `limit` posts, and where the next page begins
 */
export async function listPosts(db: Database, page: { after?: Position, limit: number, author?: string, viewerId: string | null }) {
  const rows = await selectPosts(db, page.viewerId)
    .where(and(
      isNull(posts.parentId),
      isNull(posts.deletedAt),
      isVisible,
      page.author ? eq(posts.authorId, page.author) : undefined,
      page.after ? sql`(${posts.createdAt}, ${posts.id}) < (${page.after.key}::timestamptz, ${page.after.id}::uuid)` : undefined,
    ))
    .orderBy(desc(posts.createdAt), desc(posts.id))
    .limit(page.limit + 1)
  const last = rows.length > page.limit ? rows[page.limit - 1] : undefined
  return {
    posts: rows.slice(0, page.limit).map(toPost),
    next: last ? { key: last.createdAt.toISOString(), id: last.id } : null,
  }
}

/** A post is there while it is shown, or while replies that are shown hang on it. */
const isThere: SQL = sql`(${isShown} or ${replyCount} > 0)`

/** One post; undefined when there is nothing left to show of it. */
export async function findPost(db: Database, id: string, viewerId: string | null): Promise<Post | undefined> {
  const [row] = await selectPosts(db, viewerId).where(and(eq(posts.id, id), isThere))
  return row && toPost(row)
}

/** The way from the root of the thread down to the parent of `id`; 50 at most. */
export async function listAncestors(db: Database, id: string, viewerId: string | null): Promise<Post[]> {
  const rows = await selectPosts(db, viewerId)
    .where(sql`${posts.id} in (
      with recursive up (id, parent_id, depth) as (
        select p.id, p.parent_id, 0 from posts p where p.id = ${id}
        union all
        select p.id, p.parent_id, up.depth + 1 from posts p join up on p.id = up.parent_id where up.depth < 50
      ) select up.id from up where up.depth > 0
    )`)
    .orderBy(posts.createdAt, posts.id)
  return rows.map(toPost)
}

/** Direct replies, oldest first; 200 at most. */
export async function listReplies(db: Database, id: string, viewerId: string | null): Promise<Post[]> {
  const rows = await selectPosts(db, viewerId)
    .where(and(eq(posts.parentId, id), isThere))
    .orderBy(posts.createdAt, posts.id)
    .limit(200)
  return rows.map(toPost)
}

/**
 * Writes a post and tells the other instances, in one statement that locks the author, so that a delete in flight is not outrun.
 * @returns whether it was written: not, when the author is not here, deleted or banned, or the parent is not there
 */
export async function insertPost(db: Database, post: { id: string, authorId: string, parentId: string | null, body: string, mentions?: string[], createdAt?: Date }): Promise<boolean> {
  const rows = await db.$client`
    with author as (
      select id from users where id = ${post.authorId} and deleted_at is null and not banned for share
    ), inserted as (
      insert into posts (id, author_id, parent_id, body, created_at)
      select ${post.id}, author.id, ${post.parentId}, ${post.body}, coalesce(${post.createdAt?.toISOString() ?? null}::timestamptz, now())
      from author
      where ${post.parentId}::uuid is null
        or exists (select from posts p where p.id = ${post.parentId} and p.deleted_at is null)
      returning id
    ), mentioned as (
      insert into mentions (post_id, user_id)
      select inserted.id, u.id from inserted, users u where u.id = any(${post.mentions ?? []})
    )
    select pg_notify(${CHANGES_CHANNEL}, json_build_object('posts', json_build_array(id))::text) from inserted
  `
  return rows.length > 0
}

/** Who wrote a post that is not deleted; undefined when there is none. */
export async function findPostAuthor(db: Database, id: string) {
  const [row] = await db.select({ authorId: posts.authorId, deletedAt: posts.deletedAt }).from(posts).where(eq(posts.id, id))
  return row
}

/** Marks a post as deleted; its replies keep their place. Doing it twice changes nothing. */
export async function deletePost(db: Database, id: string): Promise<void> {
  await db.$client`
    with gone as (update posts set deleted_at = now() where id = ${id} and deleted_at is null returning id)
    select pg_notify(${CHANGES_CHANNEL}, json_build_object('posts', json_build_array(id))::text) from gone
  `
}
