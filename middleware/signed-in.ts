/** For pages that need a signed-in viewer: others sign in first and come back. */
export default defineNuxtRouteMiddleware((to) => {
  const { userId } = useAuth()
  if (userId.value === null) return navigateTo({ path: '/sign-in', query: { redirect_url: to.fullPath } })
})
