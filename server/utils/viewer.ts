import type { H3Event } from 'h3'
import { isAdminClaims } from '#shared/utils/role.ts'

/** The Clerk id of who is signed in; null for a guest. */
export function viewerId(event: H3Event): string | null {
  return event.context.auth().userId ?? null
}

export function isAdmin(event: H3Event): boolean {
  return isAdminClaims(event.context.auth().sessionClaims)
}

/** @throws 401 for a guest */
export function requireUser(event: H3Event): string {
  const id = viewerId(event)
  if (!id) throw apiError(401, 'Sign in first.')
  return id
}

/** @throws 401 for a guest, 403 for a member */
export function requireAdmin(event: H3Event): string {
  const id = requireUser(event)
  if (!isAdmin(event)) throw apiError(403, 'This is for admins. Ask one to give you the role "admin" in Clerk: public metadata, { "role": "admin" }.')
  return id
}
