/**
 * Another page takes the focus to its content, as a loaded document would: the link that led there may be gone, and a screen
 * reader would start anew at the top. A page that took the focus itself keeps it, and so do Clerk's steps, which change the
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
