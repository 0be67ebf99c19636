/** The admin's pages. What they show is guarded once more in each handler: this is for people, that is for safety. */
export default defineNuxtRouteMiddleware(async (to) => {
  const { userId, sessionClaims } = useAuth()
  const { viewer, refresh } = useViewer()
  if (userId.value === null) return navigateTo({ path: '/sign-in', query: { redirect_url: to.fullPath } })
  if (isAdminClaims(sessionClaims.value)) return
  if (import.meta.server) return abortNavigation(notForMembers())

  // Just after a sign-in the browser has no claims yet; the server has.
  await refresh()
  if (viewer.value.status === 'here' && viewer.value.isAdmin) return
  showError(notForMembers())
  return abortNavigation()
})

const notForMembers = () => createError({
  statusCode: 403,
  message: 'This page is for admins. Ask one to give you the role "admin", then sign out and in again.',
  fatal: true,
})
