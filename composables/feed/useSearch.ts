import type { Post } from '#shared/types/post'

/** Posts and replies that have the words of a search, newest first. */
export function useSearch() {
  const { q, search } = useSearchText()
  const request = useRequestFetch()
  const { learnFrom } = usePeople()

  const pages = usePages<Post>('search', async (cursor) => {
    if (q.value === '') return { items: [], nextCursor: null }
    const at = Date.now()
    const { posts, nextCursor } = await request('/api/posts', { query: { q: q.value, cursor } })
    learnFrom(posts, at)
    return { items: posts, nextCursor }
  }, q)

  return { ...pages, q, search, ...usePostList(pages.items, 'feed') }
}
