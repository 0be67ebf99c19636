import type { AdminUser } from '#shared/types/admin.ts'

/** What an admin calls the columns of a user. */
export const userFieldLabels: Readonly<Record<keyof AdminUser, string>> = {
  id: 'Clerk id',
  name: 'Name',
  username: 'User name',
  firstName: 'First name',
  lastName: 'Last name',
  imageUrl: 'Picture',
  email: 'E-mail',
  banned: 'Banned',
  status: 'Status',
  clerkCreatedAt: 'Joined',
  clerkUpdatedAt: 'Changed in Clerk',
  clerkEventAt: 'Event’s time',
  lastSignInAt: 'Last sign-in',
  deletedAt: 'Deleted',
  syncedAt: 'Synced',
  syncedBy: 'Synced by',
}

/** In the order in which they are read; what the page's head says already is left out. */
export const userFieldNames = [
  'firstName', 'lastName', 'username', 'email', 'imageUrl', 'banned',
  'clerkCreatedAt', 'clerkUpdatedAt', 'clerkEventAt', 'lastSignInAt', 'deletedAt', 'syncedAt', 'syncedBy',
] as const satisfies (keyof AdminUser)[]
