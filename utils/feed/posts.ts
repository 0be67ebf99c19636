import { v4 as uuid } from 'uuid'
import type { PostChange } from '#shared/types/live.ts'
import type { Post } from '#shared/types/post.ts'
import type { PublicUser } from '#shared/types/user.ts'

const DRAFT = 'draft:'

/** A post as it looks while it is on its way to the server. */
export function draftPost({ body, mentions }: Pick<Post, 'body' | 'mentions'>, author: PublicUser, parentId: string | null): Post {
  return {
    id: `${DRAFT}${uuid()}`,
    parentId,
    body,
    createdAt: new Date().toISOString(),
    author,
    mentions,
    replyCount: 0,
    likeCount: 0,
    likedByMe: false,
  }
}

export function isDraft(post: Post): boolean {
  return post.id.startsWith(DRAFT)
}

/** Adds what is new, replaces what is known, keeps the order. */
export function mergePosts(posts: readonly Post[], more: readonly Post[]): Post[] {
  const merged = new Map(posts.map(post => [post.id, post]))
  for (const post of more) merged.set(post.id, post)
  return [...merged.values()]
}

/** Where a post stands in a feed: newest first, drafts above all. */
function byAge(a: Post, b: Post): number {
  if (isDraft(a) || isDraft(b)) return Number(isDraft(b)) - Number(isDraft(a))
  return a.createdAt === b.createdAt ? compare(b.id, a.id) : compare(b.createdAt, a.createdAt)
}

const compare = (a: string, b: string) => a < b ? -1 : a > b ? 1 : 0

/**
 * A feed brought up to date with its newest posts as the server has them: what is known changes, what is gone leaves.
 * @param posts the list now; what came into it since the question was asked stays
 * @param known the ids in the list when the question was asked
 * @param newest the newest posts, without a gap; what is older than the last of them is left alone, unless they are all
 * @returns the list without the posts that it did not know, and those posts apart
 */
export function reconcilePosts(posts: readonly Post[], known: ReadonlySet<string>, newest: readonly Post[], all: boolean): { posts: Post[], unknown: Post[] } {
  const answer = new Map(newest.map(post => [post.id, post]))
  const last = newest.at(-1)
  const told = (post: Post) => all || (last !== undefined && byAge(post, last) <= 0)
  const ids = new Set(posts.map(({ id }) => id))
  return {
    posts: posts.flatMap((post) => {
      const now = answer.get(post.id)
      return now ? [now] : !isDraft(post) && known.has(post.id) && told(post) ? [] : [post]
    }),
    unknown: newest.filter(({ id }) => !ids.has(id)),
  }
}

/** Puts posts where they belong, each once: newest first in a feed, oldest first among replies. */
export function insertPosts(posts: readonly Post[], more: readonly Post[], kind: 'feed' | 'replies' = 'feed'): Post[] {
  return mergePosts(posts, more).sort(kind === 'feed' ? byAge : (a, b) => byAge(b, a))
}

/** Whether a post of this id would stand above the last one of a feed. Ids are UUIDv7: they sort by time. */
export function isAbove(id: string, posts: readonly Post[]): boolean {
  const last = posts.findLast(post => !isDraft(post))
  return !last || id > last.id
}

/** What becomes of a post that is not shown any more: it leaves a feed, but in a thread what was answered keeps its place. */
export type WhenGone = 'leaves' | 'keeps-place'

/** Applies what is told of posts, in place. The same list when it has none of them. */
export function applyChanges(posts: Post[], changes: readonly PostChange[], whenGone: WhenGone): Post[] {
  const told = new Map(changes.map(change => [change.id, change]))
  if (!posts.some(({ id }) => told.has(id))) return posts
  return posts.flatMap((post) => {
    const change = told.get(post.id)
    if (!change) return [post]
    const { shown, replyCount, likeCount } = change
    return shown ? [{ ...post, replyCount, likeCount }] : afterGone({ ...post, replyCount, likeCount }, whenGone)
  })
}

/** Takes the posts of these people away. The same list when it has none of them. */
export function hideAuthors(posts: Post[], ids: readonly string[], whenGone: WhenGone): Post[] {
  const isHidden = (post: Post) => post.body !== null && ids.includes(post.author.id)
  return posts.some(isHidden) ? posts.flatMap(post => isHidden(post) ? afterGone(post, whenGone) : [post]) : posts
}

/** Takes a post away. */
export function erasePost(posts: Post[], id: string, whenGone: WhenGone): Post[] {
  return posts.flatMap(post => post.id === id ? afterGone(post, whenGone) : [post])
}

function afterGone(post: Post, whenGone: WhenGone): Post[] {
  return whenGone === 'keeps-place' && post.replyCount > 0 ? [{ ...post, body: null }] : []
}
