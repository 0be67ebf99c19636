import { and, desc, eq, isNull, sql } from 'drizzle-orm'
import type { SQL } from 'drizzle-orm'
import type { Position } from '#shared/schemas/paging.ts'
import type { Post } from '#shared/types/post.ts'
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
      mentions: sql<PersonRow[]>`case when ${isShown} and ${posts.body} is not null then ${mentioned} else '[]' end`,
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
  return toPage(rows, page.limit)
}

/** @param rows one more than the page holds, when there is more */
function toPage(rows: PostRow[], limit: number): { posts: Post[], next: Position | null } {
  const last = rows.length > limit ? rows[limit - 1] : undefined
  return {
    posts: rows.slice(0, limit).map(toPost),
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

/**
 * Direct replies, oldest first.
 * @param page.after the last row of the page before
 * @returns up to `limit` posts, and where the next page begins
 */
export async function listReplies(db: Database, id: string, page: { after?: Position, limit: number, viewerId: string | null }) {
  const rows = await selectPosts(db, page.viewerId)
    .where(and(
      eq(posts.parentId, id),
      isThere,
      page.after ? sql`(${posts.createdAt}, ${posts.id}) > (${page.after.key}::timestamptz, ${page.after.id}::uuid)` : undefined,
    ))
    .orderBy(posts.createdAt, posts.id)
    .limit(page.limit + 1)
  return toPage(rows, page.limit)
}

/**
 * Writes a post and tells the other instances, in one statement that locks the author, so that a delete in flight is not outrun.
 * @returns whether it was written: not, when the author is not here, deleted or banned, or the parent is not there, or
 * when this author has a post of this key already
 */
export async function insertPost(db: Database, post: { id: string, authorId: string, parentId: string | null, body: string, key?: string, mentions?: string[], createdAt?: Date }): Promise<boolean> {
  const rows = await db.$client`
    with author as (
      select id from users where id = ${post.authorId} and deleted_at is null and not banned for share
    ), inserted as (
      insert into posts (id, author_id, parent_id, body, key, created_at)
      select ${post.id}, author.id, ${post.parentId}, ${post.body}, ${post.key ?? null}::uuid, coalesce(${post.createdAt?.toISOString() ?? null}::timestamptz, now())
      from author
      where ${post.parentId}::uuid is null
        or exists (select from posts p where p.id = ${post.parentId} and p.deleted_at is null)
      on conflict (author_id, key) where key is not null do nothing
      returning id
    ), mentioned as (
      insert into mentions (post_id, user_id)
      select inserted.id, u.id from inserted, users u where u.id = any(${post.mentions ?? []})
    )
    select pg_notify(${CHANGES_CHANNEL}, json_build_object('posts', json_build_array(id))::text) from inserted
  `
  return rows.length > 0
}

/** The id of what this author posted with this key; undefined when nothing. */
export async function findPostByKey(db: Database, authorId: string, key: string): Promise<string | undefined> {
  const [row] = await db.select({ id: posts.id }).from(posts).where(and(eq(posts.authorId, authorId), eq(posts.key, key)))
  return row?.id
}

/** Who wrote a post, and who deleted it; undefined when there never was one. */
export async function findPostAuthor(db: Database, id: string) {
  const [row] = await db.select({ authorId: posts.authorId, deletedAt: posts.deletedAt, deletedBy: posts.deletedBy }).from(posts).where(eq(posts.id, id))
  return row
}

/** Marks a post as deleted; its replies keep their place. Doing it twice changes nothing: the first to delete it is the one who did. */
export async function deletePost(db: Database, id: string, deletedBy: string): Promise<void> {
  await db.$client`
    with gone as (
      update posts set deleted_at = now(), deleted_by = ${deletedBy} where id = ${id} and deleted_at is null returning id
    )
    select pg_notify(${CHANGES_CHANNEL}, json_build_object('posts', json_build_array(id))::text) from gone
  `
}

/** For how long a deletion can be undone, by Postgres's clock. */
export const RESTORE_MINUTES = 5

/**
 * Brings back what this person deleted a moment ago, while its words and its author are still here.
 * @returns whether it came back
 */
export async function restorePost(db: Database, id: string, deletedBy: string): Promise<boolean> {
  const rows = await db.$client`
    with author as (
      select u.id from users u join posts p on p.author_id = u.id
      where p.id = ${id} and u.deleted_at is null and not u.banned for share of u
    ), back as (
      update posts p set deleted_at = null, deleted_by = null from author
      where p.id = ${id} and p.author_id = author.id and p.deleted_by = ${deletedBy} and p.body is not null
        and p.deleted_at > now() - make_interval(mins => ${RESTORE_MINUTES})
      returning p.id
    )
    select pg_notify(${CHANGES_CHANNEL}, json_build_object('posts', json_build_array(id))::text) from back
  `
  return rows.length > 0
}
