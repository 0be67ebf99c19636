import { and, eq, gt, inArray, isNotNull, isNull, ne, not, notInArray, or, sql } from 'drizzle-orm'
import { alias, union } from 'drizzle-orm/pg-core'
import { EDIT_MINUTES } from '#shared/types/post.ts'
import type { Database } from '../client.ts'
import { mentions, posts, users } from '../schema.ts'
import { notifyOfPost, notifyPeople } from './channel.ts'
import { isUnblocked } from './hidden-from.ts'
import { notifiedOf, tellOfPost } from './notify.ts'
import { isVisible, lockAuthor } from './users.ts'

export interface NewPostRow {
  id: string
  authorId: string
  parentId: string | null
  /** User ids in the place of names. */
  body: string
  /** Made by the author's browser: a second post with it is not written. */
  key?: string
  /** Ids of users; those who are not here, and those who blocked the author or whom the author blocked, are left out. */
  mentions?: string[]
  /** ISO 8601; now when not said. */
  createdAt?: string
}

/**
 * Writes a post, notifies whom it mentions or answers, and tells the other instances, in one statement.
 * @returns false when the author is not here, is deleted or banned, when the parent is not there, or its author and this one
 * blocked each other, or when this author has posted with this key already
 */
export async function insertPost(db: Database, post: NewPostRow): Promise<boolean> {
  const author = lockAuthor(db, post.authorId)
  const parent = alias(posts, 'parent')
  const inserted = db.$with('inserted').as(db
    .insert(posts)
    .select(db
      .select({
        id: sql`${post.id}`.as('id'),
        authorId: author.id,
        parentId: sql`${post.parentId}`.as('parent_id'),
        body: sql`${post.body}`.as('body'),
        createdAt: sql`coalesce(${post.createdAt ?? null}, now())`.as('created_at'),
        editedAt: sql`null`.as('edited_at'),
        deletedAt: sql`null`.as('deleted_at'),
        deletedBy: sql`null`.as('deleted_by'),
        authorDeletedAt: sql`null`.as('author_deleted_at'),
        hiddenAt: sql`null`.as('hidden_at'),
        // As the author's other posts say, which may be yet to be shown again: a ban that follows at once finds all of them hidden.
        authorHidden: sql`coalesce(${author.postsHidden}, false)`.as('author_hidden'),
        key: sql`${post.key ?? null}`.as('key'),
      })
      .from(author)
      .where(post.parentId === null
        ? undefined
        : sql`exists ${db.select().from(parent).where(and(eq(parent.id, post.parentId), isNull(parent.deletedAt), isNull(parent.hiddenAt), isUnblocked(db, post.authorId, parent.authorId)))}`))
    .onConflictDoNothing()
    .returning({ id: posts.id, authorId: posts.authorId, parentId: posts.parentId, authorHidden: posts.authorHidden, createdAt: posts.createdAt }))
  const mentioned = db.$with('mentioned').as(db
    .insert(mentions)
    .select(db.select({ postId: inserted.id, userId: users.id }).from(inserted).innerJoin(users, and(inArray(users.id, post.mentions ?? []), isUnblocked(db, post.authorId, users.id)))))
  const told = tellOfPost(db, inserted, post.mentions ?? [], inserted.createdAt)
  const people = db.select({ userId: told.userId }).from(told)
  const rows = await db.with(author, inserted, mentioned, told).select({ notified: notifyOfPost(inserted.id), people: notifyPeople(people) }).from(inserted)
  return rows.length > 0
}

/** Whether a post is young enough to be edited, by Postgres's clock. */
const isEditable = gt(posts.createdAt, sql`now() - make_interval(mins => ${sql.raw(String(EDIT_MINUTES))})`)

/** What a change of a post says of its words: user ids in the place of names, and these ids. */
export interface EditedPost {
  body: string
  mentions: string[]
  /** Of the version that was edited, ISO 8601; null when that was the first. */
  editedAt: string | null
}

/**
 * Puts other words in the place of a post's, with their mentions, notifies whom it mentions now, and tells the other instances,
 * in one statement. What it said before is not kept.
 * @returns false when nothing was written: the author is not here, is deleted or banned, the post is not theirs, is deleted or
 * hidden by an admin, is older than `EDIT_MINUTES`, or was edited since
 */
export async function editPost(db: Database, id: string, authorId: string, edit: EditedPost): Promise<boolean> {
  const author = lockAuthor(db, authorId)
  const edited = db.$with('edited').as(db
    .update(posts)
    // Two edits in one millisecond are two versions, too.
    .set({ body: edit.body, editedAt: sql`greatest(now(), ${posts.editedAt} + interval '1 ms')` })
    .from(author)
    .where(and(
      eq(posts.id, id),
      eq(posts.authorId, author.id),
      isNull(posts.deletedAt),
      isNull(posts.hiddenAt),
      isNotNull(posts.body),
      isEditable,
      sql`${posts.editedAt} is not distinct from ${edit.editedAt}::timestamptz`,
    ))
    .returning({ id: posts.id, authorId: posts.authorId, parentId: posts.parentId, authorHidden: posts.authorHidden, editedAt: posts.editedAt }))
  const forgotten = db.$with('forgotten').as(db
    .delete(mentions)
    .where(and(inArray(mentions.postId, db.select({ id: edited.id }).from(edited)), notInArray(mentions.userId, edit.mentions)))
    .returning({ userId: mentions.userId }))
  const mentioned = db.$with('mentioned').as(db
    .insert(mentions)
    .select(db.select({ postId: edited.id, userId: users.id }).from(edited).innerJoin(users, and(inArray(users.id, edit.mentions), isUnblocked(db, authorId, users.id))))
    .onConflictDoNothing()
    .returning({ userId: mentions.userId }))
  const told = tellOfPost(db, edited, edit.mentions, edited.editedAt)
  // Who is mentioned again was notified before, but has one more that is not seen.
  const people = union(db.select({ userId: told.userId }).from(told), db.select({ userId: mentioned.userId }).from(mentioned), db.select({ userId: forgotten.userId }).from(forgotten))
  const rows = await db.with(author, edited, forgotten, mentioned, told).select({ notified: notifyOfPost(edited.id), people: notifyPeople(people) }).from(edited)
  return rows.length > 0
}

/** The id of what this author posted with this key; undefined when nothing. */
export async function findPostByKey(db: Database, authorId: string, key: string): Promise<string | undefined> {
  const [row] = await db.select({ id: posts.id }).from(posts).where(and(eq(posts.authorId, authorId), eq(posts.key, key)))
  return row?.id
}

/** Who wrote a post, when, and who deleted it; undefined when there never was one. */
export async function findPostAuthor(db: Database, id: string) {
  const [row] = await db.select({
    authorId: posts.authorId,
    body: posts.body,
    editedAt: posts.editedAt,
    deletedAt: posts.deletedAt,
    deletedBy: posts.deletedBy,
    hiddenAt: posts.hiddenAt,
    editable: sql<boolean>`${isEditable}`,
  }).from(posts).where(eq(posts.id, id))
  return row
}

/**
 * Marks a post as deleted; its replies keep their place. Doing it twice changes nothing. The author's deletion and an
 * admin's are both kept: the admin's is the one that counts, and what its author deleted stays deleted when it is undone.
 * @param deletedBy the author, or an admin
 */
export async function deletePost(db: Database, id: string, deletedBy: string): Promise<void> {
  const isAuthor = eq(posts.authorId, deletedBy)
  const gone = db.$with('gone').as(db
    .update(posts)
    .set({
      deletedAt: sql`coalesce(${posts.deletedAt}, now())`,
      deletedBy: sql`case when ${posts.deletedAt} is null or ${posts.deletedBy} = ${posts.authorId} then ${deletedBy} else ${posts.deletedBy} end`,
      authorDeletedAt: sql`case when ${isAuthor} then coalesce(${posts.authorDeletedAt}, now()) else ${posts.authorDeletedAt} end`,
    })
    .where(and(eq(posts.id, id), or(isNull(posts.deletedAt), and(isAuthor, isNull(posts.authorDeletedAt)), and(not(isAuthor), eq(posts.deletedBy, posts.authorId)))))
    .returning({ id: posts.id }))
  await db.with(gone).select({ notified: notifyOfPost(gone.id), people: notifyPeople(notifiedOf(db, sql`${id}`)) }).from(gone)
}

/** For how long a deletion can be undone, by Postgres's clock. */
export const RESTORE_MINUTES = 5

/**
 * Undoes what this person deleted a moment ago, while its words and its author are still here. A post that both an admin
 * and its author deleted is then the author's to bring back.
 * @returns whether anything was undone
 */
export async function restorePost(db: Database, id: string, deletedBy: string): Promise<boolean> {
  const isAdmins = ne(posts.authorId, deletedBy)
  const author = db.$with('author').as(db
    .select({ id: users.id })
    .from(users)
    .innerJoin(posts, eq(posts.authorId, users.id))
    .where(and(eq(posts.id, id), isVisible))
    .for('share', { of: users }))
  const restored = db.$with('restored').as(db
    .update(posts)
    .set({
      deletedAt: sql`case when ${isAdmins} then ${posts.authorDeletedAt} end`,
      deletedBy: sql`case when ${isAdmins} and ${posts.authorDeletedAt} is not null then ${posts.authorId} end`,
      authorDeletedAt: sql`case when ${isAdmins} then ${posts.authorDeletedAt} end`,
    })
    .from(author)
    .where(and(
      eq(posts.id, id),
      eq(posts.authorId, author.id),
      eq(posts.deletedBy, deletedBy),
      isNotNull(posts.body),
      gt(posts.deletedAt, sql`now() - make_interval(mins => ${RESTORE_MINUTES})`),
    ))
    .returning({ id: posts.id }))
  const rows = await db.with(author, restored).select({ notified: notifyOfPost(restored.id), people: notifyPeople(notifiedOf(db, sql`${id}`)) }).from(restored)
  return rows.length > 0
}
