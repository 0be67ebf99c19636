import type { User } from '../state/schema.ts'

/** The full name, else the user name; undefined where there is neither, or no such user any more. */
export const nameOf = (user: User | undefined): string | undefined =>
  [user?.firstName, user?.lastName].filter(Boolean).join(' ') || (user?.username ?? undefined)
