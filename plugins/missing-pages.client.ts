/**
 * A page whose scripts do not load. While the server answers they are gone, as after a deploy, and the page is opened by a full
 * load; otherwise the reader stays where they are and can try again. Nuxt itself would always leave, and offline that ends at
 * the browser's own error page.
 */
export default defineNuxtPlugin((nuxtApp) => {
  const router = useRouter()
  const failed = new WeakSet<Error>()
  nuxtApp.hook('app:chunkError', ({ error }) => {
    failed.add(error)
  })

  router.onError(async (error, to, from) => {
    if (!failed.has(error)) return
    // A page that was just opened by a full load is not loaded anew: that could go on for ever. Its error is shown in its place,
    // and would be invisible inside the markup of the page.
    if (from.matched.length === 0) return document.getElementById('__nuxt')?.replaceChildren()
    if (await isReachable()) reloadNuxtApp({ path: to.fullPath, force: true })
    else setMissingPage(async () => navigateTo(to.fullPath))
  })
  router.afterEach((_to, _from, failure) => {
    if (!failure) setMissingPage(null)
  })
  // Whoever asked for the page is not told, since the notice says it.
  window.addEventListener('unhandledrejection', (event) => {
    if (event.reason instanceof Error && failed.has(event.reason)) event.preventDefault()
  })

  // A newer release is out: the next page is its own.
  nuxtApp.hook('app:manifest:update', () => {
    router.beforeResolve((to) => {
      if (navigator.onLine) reloadNuxtApp({ path: to.fullPath })
    })
  })
})
