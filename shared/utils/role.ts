import * as v from 'valibot'

const AdminClaims = v.object({ metadata: v.object({ role: v.literal('admin') }) })

/** Clerk's role-based access: `metadata.role` in the session token. https://clerk.com/docs/guides/secure/basic-rbac */
export function isAdminClaims(claims: unknown): boolean {
  return v.is(AdminClaims, claims)
}
