import type { AdminUser } from '#shared/types/admin.ts'

/** What an admin calls the columns of a user. */
export const userFieldLabels: Readonly<Record<keyof AdminUser, string>> = {
  id: 'User ID',
  name: 'Name',
  username: 'Username',
  firstName: 'First name',
  lastName: 'Last name',
  imageUrl: 'Picture',
  email: 'Email',
  banned: 'Banned',
  status: 'Status',
  clerkCreatedAt: 'Joined',
  clerkUpdatedAt: 'Changed in Clerk',
  clerkEventAt: 'Event time',
  lastSignInAt: 'Last sign-in',
  deletedAt: 'Deleted',
  syncedAt: 'Synced',
  syncedBy: 'Synced by',
}

/** The columns that the page of a user lists, in that order; the page's heading shows the others. */
export const userFieldNames = [
  'firstName', 'lastName', 'username', 'email', 'imageUrl', 'banned',
  'clerkCreatedAt', 'clerkUpdatedAt', 'clerkEventAt', 'lastSignInAt', 'deletedAt', 'syncedAt', 'syncedBy',
] as const satisfies (keyof AdminUser)[]
