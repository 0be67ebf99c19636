import { and, asc, count, desc, eq, exists, gt, inArray, isNotNull, isNull, not, or, sql } from 'drizzle-orm'
import type { Placeholder, SQL } from 'drizzle-orm'
import { alias, unionAll } from 'drizzle-orm/pg-core'
import type { Position } from '#shared/schemas/paging.ts'
import { COUNTED_AT_MOST } from '#shared/types/post.ts'
import type { AnsweredPost, Post, PostKind, Withholding } from '#shared/types/post.ts'
import type { PublicUser, UserStatus } from '#shared/types/user.ts'
import type { Database } from '../client.ts'
import { mentions, posts, users } from '../schema.ts'
import { isUnblocked, mayReach, restrictionOf } from './hidden-from.ts'
import { likeColumns } from './likes.ts'
import { isPast, toPage, WALKED_AT_MOST } from './paging.ts'
import type { Placeholders } from './paging.ts'
import { isVisible, publicUserColumns, publicUserJson } from './users.ts'

type Viewer = string | Placeholder | null

/** Whether the words of a post are shown: for a query that joins the author. */
export const isShown = and(isNull(posts.deletedAt), isNull(posts.hiddenAt), isVisible)

/** Whether an admin hid a post that is its reader's own, who still reads it. */
const isOwnHidden = (viewerId: Viewer) => viewerId === null ? undefined : and(isNull(posts.deletedAt), isNotNull(posts.hiddenAt), isVisible, eq(posts.authorId, viewerId))

/**
 * How many replies to a post are shown: of the first `COUNTED_AT_MOST` in their index, which holds no reply that is hidden, or whose
 * author the job has found hidden. In the subquery `users` is their authors.
 */
export function replyCount(db: Database) {
  const replies = alias(posts, 'replies')
  const counted = db.select({ authorId: replies.authorId }).from(replies)
    .where(and(eq(replies.parentId, posts.id), isNull(replies.deletedAt), isNull(replies.hiddenAt), not(replies.authorHidden)))
    .limit(COUNTED_AT_MOST).as('counted')
  // Not as a join: where Postgres expects many replies of each post, it would read all users for each.
  const isByVisible = db.select({ visible: sql`${isVisible}` }).from(users).where(eq(users.id, counted.authorId))
  return sql`${db.select({ n: count() }).from(counted).where(sql`${isByVisible}`)}`.mapWith(Number)
}

/** Whom a post mentions, as JSON. In the subquery `users` is those who are mentioned. */
export function mentionedUsers(db: Database, hasWords: SQL | undefined) {
  const mentioned = db.select({ users: sql`coalesce(json_agg(${publicUserJson}), '[]')` })
    .from(mentions).innerJoin(users, eq(users.id, mentions.userId)).where(eq(mentions.postId, posts.id))
  return sql<PublicUser[]>`case when ${hasWords} and ${posts.body} is not null then ${mentioned} else '[]' end`
}

/** What a reply answers, as JSON. In the subquery `users` is the author of that. */
export function answeredPost(db: Database, viewerId: Viewer) {
  const parent = alias(posts, 'parent')
  const shown = and(isNull(parent.deletedAt), isNull(parent.hiddenAt), isVisible, isUnblocked(db, viewerId, parent.authorId))
  const answered = db.select({ post: sql`json_build_object('id', ${parent.id}, 'author', ${publicUserJson}, 'shown', ${shown})` })
    .from(parent).innerJoin(users, eq(users.id, parent.authorId)).where(eq(parent.id, posts.parentId))
  return sql<AnsweredPost | null>`${answered}`
}

/**
 * A post as `viewerId` sees it: author, counts and mentions come in the same query. The counts are the same for all.
 * @param isAllowed which posts this viewer may read, of those that are shown to others
 */
export function postColumns(db: Database, viewerId: Viewer, isAllowed: SQL | undefined) {
  const isReadByAll = and(isShown, isAllowed)
  const hasWords = or(isReadByAll, isOwnHidden(viewerId))
  const whyNot = viewerId !== null && isAllowed
    ? sql`when ${isShown} then case ${restrictionOf(db, viewerId, posts.authorId)} when 'mute' then 'muted' when 'block' then 'blocked' else 'unavailable' end`
    : sql``
  return {
    id: posts.id,
    parentId: posts.parentId,
    body: sql<string | null>`case when ${hasWords} then ${posts.body} end`,
    withheld: sql<Withholding | null>`case when ${isReadByAll} then null ${whyNot} when ${posts.hiddenAt} is not null and ${posts.deletedAt} is null and ${isVisible} then 'hidden' else 'deleted' end`,
    createdAt: posts.createdAt,
    editedAt: posts.editedAt,
    author: publicUserColumns,
    mentions: mentionedUsers(db, hasWords),
    replyCount: replyCount(db),
    ...likeColumns(db, viewerId),
  }
}

const selectPosts = (db: Database, viewerId: string | null, isAllowed: SQL | undefined) => db
  .select(postColumns(db, viewerId, isAllowed))
  .from(posts)
  .innerJoin(users, eq(users.id, posts.authorId))

export interface PostsPage {
  /** As many as asked for; fewer, even none, at the end of the list, and where most of the rows that were walked are hidden. */
  posts: Post[]
  /** Where the next page begins; null at the end of the list. */
  next: Position | null
}

interface List {
  order: 'asc' | 'desc'
  /** What its index holds. */
  rows: SQL | undefined
  /** Which of these rows the list shows. */
  isListed: SQL | undefined
  /** Which of them the viewer may read; where that is less than all that are listed. */
  isAllowed?: SQL | undefined
  /** Whether it says what each reply answers. */
  saysParent?: boolean
}
export interface PageOfList { after?: Position, limit: number, viewerId: string | null }

/**
 * One page of a list of posts, in one statement, with one row more than it shows when there is a next one. Where it is short
 * because it walked `WALKED_AT_MOST` rows, the last of them ends it.
 */
function selectPage(db: Database, { order, rows, isListed, isAllowed, saysParent }: List, page: { after?: Position | Placeholders<Position>, rows: number | Placeholder, viewerId: Viewer }) {
  const by = order === 'asc' ? asc : desc
  // The walk's limit is no parameter: Postgres would not know how little is walked, and plan the statement anew each time.
  const walk = (limit: string) => db.select().from(posts)
    .where(and(rows, isPast(order, posts.createdAt, posts.id, page.after)))
    .orderBy(by(posts.createdAt), sql`${by(posts.id)} limit ${sql.raw(limit)}`)
  // Named like its table, so that the columns of a post are those of the walk.
  const walked = walk(`${WALKED_AT_MOST}`).as('posts')
  const end = walk(`1 offset ${WALKED_AT_MOST - 1}`).as('walk_end')
  const parent = saysParent ? answeredPost(db, page.viewerId) : sql<AnsweredPost | null>`null::json`
  const found = db.select({ ...postColumns(db, page.viewerId, isAllowed), parent, isEnd: sql<boolean>`false` })
    .from(walked).innerJoin(users, eq(users.id, posts.authorId))
    .where(isListed)
    .orderBy(by(posts.createdAt), by(posts.id))
    .limit(page.rows)
  // Postgres stops at the outer limit, so the end of the walk is looked for only when the page is short.
  return unionAll(found, db.select({ ...blankPost, id: end.id, createdAt: end.createdAt, parent: sql<AnsweredPost | null>`null`, isEnd: sql<boolean>`true` }).from(end)).limit(page.rows)
}

/** A post of a list, or the row that says where the walk ended. */
type ListRow = Omit<Post, 'parent'> & { parent: AnsweredPost | null, isEnd: boolean }

/** @param all the rows of a page, with one more than it shows when there is a next one */
export function toPostsPage(all: ListRow[], limit: number): PostsPage {
  const shown = toPage(all.filter(({ isEnd }) => !isEnd).map(({ isEnd, parent, ...post }): Post => parent ? { ...post, parent } : post), limit, positionOf)
  const last = all.find(({ isEnd }) => isEnd)
  return { posts: shown.rows, next: shown.next ?? (last ? positionOf(last) : null) }
}

const positionOf = ({ createdAt, id }: Pick<Post, 'createdAt' | 'id'>): Position => ({ key: createdAt, id })

/** The columns of a post, for the row that says where a walk ended. */
export const blankPost = {
  id: sql<string>`null`,
  parentId: sql<string | null>`null`,
  body: sql<string | null>`null`,
  withheld: sql<Withholding | null>`null`,
  createdAt: sql<string>`null`,
  editedAt: sql<string | null>`null`,
  author: { id: sql<string>`null`, name: sql<string>`null`, username: sql<string | null>`null`, imageUrl: sql<string | null>`null`, status: sql<UserStatus>`null` },
  mentions: sql<PublicUser[]>`null`,
  replyCount: sql<number>`null`,
  likeCount: sql<number>`null`,
  likedByMe: sql<boolean>`null`,
}

/** The feed, or what one author posted or replied, where the viewer also sees a person whom they muted. */
const feedOf = (db: Database, author: Placeholder | undefined, kind: PostKind, viewer: Viewer): List => ({
  order: 'desc',
  rows: and(
    kind === 'posts' ? isNull(posts.parentId) : isNotNull(posts.parentId),
    isNull(posts.deletedAt),
    not(posts.authorHidden),
    // Looked up once, so that nothing is walked of someone who is hidden.
    author && and(eq(posts.authorId, author), exists(db.select().from(users).where(and(eq(users.id, author), isVisible, isUnblocked(db, viewer, author))))),
  ),
  isListed: author ? or(isShown, isOwnHidden(viewer)) : and(isShown, mayReach(db, viewer, posts.authorId)),
  saysParent: kind === 'replies',
})

/** The statements of `listPosts`, by what is given: to build one takes longer than to run it. */
const feedStatements = new WeakMap<Database, Map<string, ReturnType<typeof prepareFeed>>>()

function prepareFeed(db: Database, name: string, given: { after: boolean, author: boolean, viewer: boolean, kind: PostKind }) {
  const { placeholder } = sql
  const viewerId = given.viewer ? placeholder('viewer') : null
  return selectPage(db, feedOf(db, given.author ? placeholder('author') : undefined, given.kind, viewerId), {
    after: given.after ? { key: placeholder('key'), id: placeholder('id') } : undefined,
    rows: placeholder('rows'),
    viewerId,
  }).prepare(name)
}

/**
 * Top-level posts, newest first, in one query whatever the number of authors; of one author replies as well.
 * @param page.after the last row of the page before
 * @param page.kind replies are listed for an author alone: only those have an index
 */
export async function listPosts(db: Database, page: PageOfList & { author?: string, kind?: PostKind }): Promise<PostsPage> {
  const { after, author, kind = 'posts', viewerId, limit } = page
  const given = { after: after !== undefined, author: author !== undefined, viewer: viewerId !== null, kind }
  const name = `feed ${JSON.stringify(given)}`
  const statements = feedStatements.get(db) ?? new Map<string, ReturnType<typeof prepareFeed>>()
  const statement = statements.get(name) ?? prepareFeed(db, name, given)
  feedStatements.set(db, statements.set(name, statement))
  return toPostsPage(await statement.execute({ ...after, author, viewer: viewerId, rows: limit + 1 }), limit)
}

/** A post is there while the viewer may read it, or while replies to it are shown. */
const isThere = (db: Database, viewerId: string | null, isAllowed: SQL | undefined) => or(and(isShown, isAllowed), isOwnHidden(viewerId), gt(replyCount(db), 0))

/** One post, also of someone whom the viewer muted; undefined when there is nothing left to show of it. */
export async function findPost(db: Database, id: string, viewerId: string | null): Promise<Post | undefined> {
  const isAllowed = isUnblocked(db, viewerId, posts.authorId)
  const [post] = await selectPosts(db, viewerId, isAllowed).where(and(eq(posts.id, id), isThere(db, viewerId, isAllowed)))
  return post
}

/** The way from the root of the thread down to the parent of `id`; 50 at most. */
export async function listAncestors(db: Database, id: string, viewerId: string | null): Promise<Post[]> {
  // By hand: the builder has no recursive query.
  const ancestors = sql`(
    with recursive up (id, parent_id, depth) as (
      select p.id, p.parent_id, 0 from posts p where p.id = ${id}
      union all
      select p.id, p.parent_id, up.depth + 1 from posts p join up on p.id = up.parent_id where up.depth < 50
    ) select up.id from up where up.depth > 0
  )`
  return selectPosts(db, viewerId, mayReach(db, viewerId, posts.authorId)).where(inArray(posts.id, ancestors)).orderBy(asc(posts.createdAt), asc(posts.id))
}

/**
 * Direct replies, oldest first.
 * @param page.after the last row of the page before
 */
export async function listReplies(db: Database, id: string, page: PageOfList): Promise<PostsPage> {
  const isAllowed = mayReach(db, page.viewerId, posts.authorId)
  const list: List = { order: 'asc', rows: eq(posts.parentId, id), isListed: isThere(db, page.viewerId, isAllowed), isAllowed }
  return toPostsPage(await selectPage(db, list, { ...page, rows: page.limit + 1 }), page.limit)
}
