import type { Post, PostKind } from '#shared/types/post'

interface Waiting {
  id: string
  authorId: string
}

/** The new posts of a feed that are not on it yet, so that what is being read does not move. */
export function useWaiting(posts: Ref<Post[]>, feed: { key: string, author?: string, kind?: PostKind, inRange: (id: string) => boolean }) {
  const { viewer, hidden } = useViewer()
  const waiting = useState<Waiting[]>(`${feed.key}:waiting`, () => [])

  /** The stream may tell of the viewer's own post before the answer to sending it comes. While a draft is being sent, such a post is that draft. */
  const isMine = ({ authorId }: Waiting) => viewer.value.status !== 'signed-out' && viewer.value.userId === authorId

  const count = computed(() => {
    const shown = new Set(posts.value.map(({ id }) => id))
    const sending = posts.value.some(isDraft)
    return waiting.value.filter(one => !shown.has(one.id) && !(one.authorId in hidden.value) && !(sending && isMine(one))).length
  })

  function hold(more: Waiting[]) {
    const ids = new Set(waiting.value.map(({ id }) => id))
    waiting.value = [...waiting.value, ...more.filter(({ id }) => !ids.has(id))]
  }

  useLive({
    posts: (changes) => {
      const gone = new Set(changes.filter(({ shown }) => !shown).map(({ id }) => id))
      waiting.value = waiting.value.filter(({ id }) => !gone.has(id))
      const known = new Set(posts.value.map(({ id }) => id))
      hold(changes.filter(({ id, parentId, shown, authorId }) =>
        shown && (parentId === null) === (feed.kind !== 'replies') && !known.has(id) && (!feed.author || feed.author === authorId) && feed.inRange(id)))
    },
    users: ({ hiddenIds }) => {
      waiting.value = waiting.value.filter(({ authorId }) => !hiddenIds.includes(authorId))
    },
  })

  return {
    count,
    add: (more: Post[]) => hold(more.map(({ id, author }) => ({ id, authorId: author.id }))),
    clear() {
      waiting.value = []
    },
  }
}
