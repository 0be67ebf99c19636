import type { Post } from '#shared/types/post'

// Draft ids by post id. Filled in the browser alone, since only there a draft becomes a post.
const draftIds = new Map<string, string>()

/** Remembers which draft a post was, so that its row on the page is not drawn anew. */
export function settleDraft(draft: Post, post: Post): void {
  draftIds.set(post.id, draft.id)
}

/** The key of a post's row in a list. */
export function keyOf({ id }: Post): string {
  return draftIds.get(id) ?? id
}
