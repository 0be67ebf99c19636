/** The admin's pages. What they show is guarded once more in each handler: this is for people, that is for safety. */
export default defineNuxtRouteMiddleware((to) => {
  // The server has decided already.
  if (import.meta.client && useNuxtApp().isHydrating) return

  const { userId, sessionClaims } = useAuth()
  if (userId.value === null) return navigateTo({ path: '/sign-in', query: { redirect_url: to.fullPath } })
  if (isAdminClaims(sessionClaims.value)) return

  // The browser's claims lag behind a sign-in. To abort here would also leave Clerk on a page that sends one back for ever.
  if (import.meta.client) return navigateTo(to.fullPath, { external: true })

  return abortNavigation(createError({
    statusCode: 403,
    message: 'This page is for admins. Ask one to give you the role "admin", then sign out and in again.',
    fatal: true,
  }))
})
