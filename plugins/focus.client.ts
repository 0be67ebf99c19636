/**
 * Moves the focus to the content after a navigation: the link that was followed may be gone, and a screen reader would start
 * at the top of the document. A page that has moved the focus itself keeps it, and so do Clerk's steps, which change the
 * address within one page.
 */
export default defineNuxtPlugin((nuxtApp) => {
  const router = useRouter()
  let left: Element | null | undefined

  router.afterEach((to, from, failure) => {
    if (!failure && from.matched.length > 0 && to.path !== from.path) left = document.activeElement
  })
  nuxtApp.hook('page:finish', () => {
    if (left === undefined) return
    const now = document.activeElement
    const taken = now !== left && now !== document.body
    left = undefined
    if (!taken) document.getElementById('content')?.focus({ preventScroll: true })
  })
})
