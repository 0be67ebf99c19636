import type { Me } from '~~/shared/types/user'

/** The admin's pages. What they show is guarded once more in each handler: this is for people, that is for safety. */
export default defineNuxtRouteMiddleware(async (to) => {
  const { userId, sessionClaims } = useAuth()
  if (userId.value === null) return navigateTo({ path: '/sign-in', query: { redirect_url: to.fullPath } })
  if (isAdminClaims(sessionClaims.value)) return
  if (import.meta.server) return abortNavigation(notForMembers())

  // Just after a sign-in the browser has no claims yet; the server has.
  if (await saysTheServer()) return
  showError(notForMembers())
  return abortNavigation()
})

async function saysTheServer(): Promise<boolean> {
  try {
    const me = await $fetch<Me>('/api/me')
    return me.status === 'here' && me.isAdmin
  }
  catch {
    return false
  }
}

const notForMembers = () => createError({
  statusCode: 403,
  message: 'This page is for admins. Ask one to give you the role "admin", then sign out and in again.',
  fatal: true,
})
