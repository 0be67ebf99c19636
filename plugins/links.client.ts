/**
 * Opens the app's pages without loading it anew when a plain link to one is clicked, and fetches a page's scripts when someone
 * points at its link. So what stands on each post is a plain `<a>`: a NuxtLink is two components.
 */
export default defineNuxtPlugin(() => {
  const router = useRouter()

  function pageOf({ target }: Event): string | undefined {
    const link = target instanceof Element ? target.closest<HTMLAnchorElement>('a[href^="/"]:not([target], [download])') : null
    const path = link?.getAttribute('href')
    return path && router.resolve(path).matched.length > 0 ? path : undefined
  }

  function open(event: MouseEvent): void {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    const path = pageOf(event)
    if (!path) return
    event.preventDefault()
    void navigateTo(path)
  }

  function fetchAhead(event: Event): void {
    const path = pageOf(event)
    if (path) void preloadRouteComponents(path)
  }

  document.addEventListener('click', open)
  document.addEventListener('pointerover', fetchAhead, { passive: true })
  document.addEventListener('focusin', fetchAhead)
})
