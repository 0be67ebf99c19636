import type { Post } from '../types/post.ts'
import type { PublicUser } from '../types/user.ts'

const DRAFT = 'draft:'
let drafts = 0

/** A post as it looks while it is on its way to the server. */
export function draftPost(body: string, author: PublicUser, parentId: string | null): Post {
  return {
    id: `${DRAFT}${++drafts}`,
    parentId,
    body,
    createdAt: new Date().toISOString(),
    author,
    mentions: [],
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

/** The newest page laid over a list that may be older: newest first, each once. */
export function mergeNewest(posts: readonly Post[], newest: readonly Post[]): Post[] {
  const ids = new Set(newest.map(({ id }) => id))
  return [...newest, ...posts.filter(({ id }) => !ids.has(id))]
}
