// Written in the browser alone.
let byHistory = false

/** Whether the page on show was come to by the browser's back or forward, where one expects to find it as one left it. */
export const cameByHistory = (): boolean => byHistory

/** Notes how each page is come to; called once, by the plugin. */
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

/** Who comes back to a list of posts has the focus where it was when they left. */
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
