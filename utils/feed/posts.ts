import { v4 as uuid } from 'uuid'
import type { PostChange } from '#shared/types/live.ts'
import type { Post } from '#shared/types/post.ts'
import type { PublicUser } from '#shared/types/user.ts'

const DRAFT = 'draft:'

/** A post as it is shown while it is being sent. */
export function draftPost({ body, mentions }: Pick<Post, 'body' | 'mentions'>, author: PublicUser, parentId: string | null): Post {
  return {
    id: `${DRAFT}${uuid()}`,
    parentId,
    body,
    withheld: null,
    createdAt: new Date().toISOString(),
    editedAt: null,
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

/** Adds new posts at the end and replaces known ones in place. */
export function mergePosts(posts: readonly Post[], more: readonly Post[]): Post[] {
  const merged = new Map(posts.map(post => [post.id, post]))
  for (const post of more) merged.set(post.id, post)
  return [...merged.values()]
}

/** The order of a feed: newest first, drafts on top. */
function byAge(a: Post, b: Post): number {
  if (isDraft(a) || isDraft(b)) return Number(isDraft(b)) - Number(isDraft(a))
  return a.createdAt === b.createdAt ? compare(b.id, a.id) : compare(b.createdAt, a.createdAt)
}

const compare = (a: string, b: string) => a < b ? -1 : a > b ? 1 : 0

/**
 * Brings a feed up to date with the newest posts of the server: replaces posts, and removes those that the server no longer has.
 * @param posts the list now; posts that were added since the request began stay
 * @param known the ids on the list when the request began
 * @param newest the newest posts, without a gap; posts older than the last of them are left as they are, unless `all`
 * @param all whether `newest` holds every post
 * @returns the list, and the posts of `newest` that are not on it
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

/** Inserts posts in order, each once: newest first in a feed, oldest first in replies. */
export function insertPosts(posts: readonly Post[], more: readonly Post[], kind: 'feed' | 'replies' = 'feed'): Post[] {
  return mergePosts(posts, more).sort(kind === 'feed' ? byAge : (a, b) => byAge(b, a))
}

/** Whether a post with this id belongs above the last post of a feed. Ids are UUIDv7, which sort by time. */
export function isAbove(id: string, posts: readonly Post[]): boolean {
  const last = posts.findLast(post => !isDraft(post))
  return !last || id > last.id
}

/** What becomes of a deleted or hidden post: it leaves a feed, but in a thread a post with replies keeps its place, without its body. */
export type WhenGone = 'leaves' | 'keeps-place'

/** Applies the changes of a live message. Returns the same list when none of its posts changed. */
export function applyChanges(posts: Post[], changes: readonly PostChange[], whenGone: WhenGone): Post[] {
  const told = new Map(changes.map(change => [change.id, change]))
  if (!posts.some(({ id }) => told.has(id))) return posts
  return posts.flatMap((post) => {
    const change = told.get(post.id)
    if (!change) return [post]
    const { shown, replyCount, likeCount, edit } = change
    // What is withheld from this reader stays so.
    return shown ? [{ ...post, replyCount, likeCount, ...post.withheld === null ? edit : undefined }] : afterGone({ ...post, replyCount, likeCount }, whenGone)
  })
}

/** Removes the posts of these users. Returns the same list when it has none of them. */
export function hideAuthors(posts: Post[], ids: readonly string[], whenGone: WhenGone): Post[] {
  const isHidden = (post: Post) => post.body !== null && ids.includes(post.author.id)
  return posts.some(isHidden) ? posts.flatMap(post => isHidden(post) ? afterGone(post, whenGone) : [post]) : posts
}

/** Removes a post. */
export function erasePost(posts: Post[], id: string, whenGone: WhenGone): Post[] {
  return posts.flatMap(post => post.id === id ? afterGone(post, whenGone) : [post])
}

function afterGone(post: Post, whenGone: WhenGone): Post[] {
  return whenGone === 'keeps-place' && post.replyCount > 0 ? [{ ...post, body: null, withheld: 'deleted' }] : []
}
