/** Pages of one's own: others sign in first and come back. */
export default defineNuxtRouteMiddleware((to) => {
  const { userId } = useAuth()
  if (userId.value === null) return navigateTo({ path: '/sign-in', query: { redirect_url: to.fullPath } })
})
