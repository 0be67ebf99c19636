/** Sends others away from the admin's pages, with an explanation. The data is guarded in each handler of the API. */
export default defineNuxtRouteMiddleware((to) => {
  // The server has checked this already.
  if (import.meta.client && useNuxtApp().isHydrating) return

  const { userId, sessionClaims } = useAuth()
  if (userId.value === null) return navigateTo({ path: '/sign-in', query: { redirect_url: to.fullPath } })
  if (isAdminClaims(sessionClaims.value)) return

  // Just after a sign-in the browser's claims are old, so the server decides. Aborting here would make Clerk's sign-in page redirect back for ever.
  if (import.meta.client) return navigateTo(to.fullPath, { external: true })

  return abortNavigation(createError({
    statusCode: 403,
    message: 'This page is for admins. Ask one to give you the role "admin", then sign out and in again.',
  }))
})
