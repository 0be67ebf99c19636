import type { UserStatus } from './user.ts'

export type SyncSource = 'webhook' | 'scan' | 'request'

export type Outcome = 'applied' | 'stale' | 'ignored' | 'rejected' | 'failed'

/** A row of `users` as an admin sees it. Times are ISO 8601. */
export interface AdminUser {
  id: string
  name: string
  username: string | null
  firstName: string | null
  lastName: string | null
  imageUrl: string | null
  email: string | null
  banned: boolean
  status: UserStatus
  clerkCreatedAt: string | null
  clerkUpdatedAt: string | null
  clerkEventAt: string | null
  lastSignInAt: string | null
  deletedAt: string | null
  syncedAt: string
  syncedBy: SyncSource
}

export interface AdminUserPage {
  users: AdminUser[]
  nextCursor: string | null
  /** All rows, by status; not only those of the search. */
  counts: Record<UserStatus, number>
}
