import type { Member } from '#shared/types/user'

/** All users, newest first, or those whose names match the search. The search is kept in the address. */
export function useDirectory() {
  const { q, search } = useSearchText()
  const request = useRequestFetch()
  const { current, learn } = usePeople()

  const pages = usePages<Member>('people', async (cursor) => {
    const at = Date.now()
    const page = await request('/api/users', { query: { q: q.value || undefined, cursor, limit: 30 } })
    learn(page.users, at)
    return { items: page.users, nextCursor: page.nextCursor }
  }, q)

  const hidden = ref(new Set<string>())
  useLive({
    users: ({ users, hiddenIds }) => {
      for (const { id } of users) hidden.value.delete(id)
      for (const id of hiddenIds) hidden.value.add(id)
    },
  })

  return { ...pages, q, search, people: computed(() => pages.items.value.filter(({ id }) => !hidden.value.has(id)).map(current)) }
}
