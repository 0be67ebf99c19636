import { and, desc, eq, isNull, not, sql } from 'drizzle-orm'
import type { SQL } from 'drizzle-orm'
import { unionAll } from 'drizzle-orm/pg-core'
import type { Database } from '../client.ts'
import { posts, users } from '../schema.ts'
import { mayReach } from './hidden-from.ts'
import { isPast, WALKED_AT_MOST } from './paging.ts'
import type { PageOfList, PostsPage } from './posts.ts'
import { answeredPost, isShown, postColumns, toPostsPage } from './posts.ts'

/** The newest posts, through which each search goes first: a page of what many posts say is here, and nothing else is read. */
const WALKED_FIRST = 500
/** So many posts that the index finds are sorted by time. When it finds more, `WALKED_AT_MOST` of the newest are gone through. */
const SORTED_AT_MOST = 50_000

/**
 * Posts and replies that have each word of a text, the last one as the beginning of a word; newest first, in one statement whose
 * work is bounded however many posts have the words. A page may be short, even empty, where the list goes on.
 * https://www.postgresql.org/docs/current/gin.html finds all rows or none, and has no order.
 * @param page.after the last row of the page before
 */
export async function searchPosts(db: Database, q: string, { after, limit, viewerId }: PageOfList): Promise<PostsPage> {
  const rows = limit + 1
  // What the indexes hold, and a query whose words the planner does not see: one plan for all.
  const indexed = and(isNull(posts.deletedAt), not(posts.authorHidden))
  const says = sql`post_words(${posts.body}) @@ (select post_query(${q}))`
  const key = { id: posts.id, createdAt: posts.createdAt }
  const isListed = and(isShown, mayReach(db, viewerId, posts.authorId))
  const newestFirst = [desc(posts.createdAt), desc(posts.id)]

  const walk = (most: string) => db.select().from(posts)
    .where(and(indexed, isPast('desc', posts.createdAt, posts.id, after)))
    .orderBy(desc(posts.createdAt), sql`${desc(posts.id)} limit ${sql.raw(most)}`)
  const findIn = (walked: number, condition?: SQL) => db.select(key).from(walk(`${walked}`).as('posts')).innerJoin(users, eq(users.id, posts.authorId))
    .where(and(condition, isListed, says)).orderBy(...newestFirst).limit(rows)

  const near = db.$with('near').as(findIn(WALKED_FIRST))
  const isFull = sql`${db.$count(near)} >= ${rows}`
  const found = db.$with('found').as(db.select(key).from(posts).where(and(not(isFull), indexed, says)).limit(SORTED_AT_MOST + 1))
  const isMuch = sql`${db.$count(found)} > ${SORTED_AT_MOST}`
  const sorted = db.select().from(found).where(and(not(isMuch), isPast('desc', found.createdAt, found.id, after)))
    .orderBy(desc(found.createdAt), desc(found.id)).limit(SORTED_AT_MOST).as('sorted')
  const far = db.$with('far').as(findIn(WALKED_AT_MOST, isMuch))
  const end = walk(`1 offset ${WALKED_AT_MOST - 1}`).as('walk_end')

  const isEnd = (is: boolean) => ({ isEnd: sql<boolean>`${is}::boolean`.as('is_end') })
  const page = unionAll(
    db.select({ id: near.id, ...isEnd(false) }).from(near).where(isFull),
    db.select({ id: sorted.id, ...isEnd(false) }).from(sorted).innerJoin(posts, eq(posts.id, sorted.id)).innerJoin(users, eq(users.id, posts.authorId))
      .where(isListed).orderBy(desc(sorted.createdAt), desc(sorted.id)).limit(rows),
    db.select({ id: far.id, ...isEnd(false) }).from(far),
    db.select({ id: end.id, ...isEnd(true) }).from(end).where(and(isMuch, sql`${db.$count(far)} < ${rows}`)),
  ).as('page')
  const all = await db.with(near, found, far)
    .select({ ...postColumns(db, viewerId, isListed), parent: answeredPost(db, viewerId), isEnd: page.isEnd })
    .from(page).innerJoin(posts, eq(posts.id, page.id)).innerJoin(users, eq(users.id, posts.authorId))
    .orderBy(...newestFirst)
  return toPostsPage(all, limit)
}
