// Set in the browser alone.
let byHistory = false

/** Whether the reader came to this page by the browser's back or forward button, and expects to find it as they left it. */
export const cameByHistory = (): boolean => byHistory

/** Records how the reader comes to each page; called once, by the plugin. */
export function watchArrivals(): void {
  const router = useRouter()
  let travels = false
  router.options.history.listen(() => {
    travels = true
  })
  router.afterEach(() => {
    byHistory = travels
    travels = false
  })
}

/** When the reader comes back to a list of posts, focuses the post that had the focus when they left. */
export function useReturningFocus(list: Readonly<Ref<HTMLElement | null>>): void {
  const left = useState<string | null>(`left:${useRoute().path}`, () => null)

  onBeforeUnmount(() => {
    const post = document.activeElement?.closest('[data-post-id]') ?? null
    left.value = post && list.value?.contains(post) ? post.getAttribute('data-post-id') : null
  })
  onMounted(() => {
    if (!byHistory || !left.value) return
    list.value?.querySelector<HTMLElement>(`[data-post-id="${CSS.escape(left.value)}"]`)?.focus({ preventScroll: true })
  })
}
