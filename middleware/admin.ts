/** The admin's pages. What they show is guarded once more in each handler: this is for people, that is for safety. */
export default defineNuxtRouteMiddleware((to) => {
  const { userId, sessionClaims } = useAuth()
  if (userId.value === null) return navigateTo({ path: '/sign-in', query: { redirect_url: to.fullPath } })
  if (!isAdminClaims(sessionClaims.value)) {
    return abortNavigation(createError({
      statusCode: 403,
      message: 'This page is for admins. Ask one to give you the role, then sign out and in again.',
      fatal: true,
    }))
  }
})
