/**
 * What is mirrored of a Clerk user, beside the id and the version: the keys of `users` in `db/schema.ts`.
 * The statement that writes users, the scan's comparison and the page that compares one user are made from this list,
 * and the parser of Clerk's JSON must give every one of them. CONTRIBUTING.md lists what a new field takes.
 */
export const mirroredFields = ['username', 'firstName', 'lastName', 'imageUrl', 'email', 'banned', 'clerkCreatedAt', 'lastSignInAt'] as const
export type MirroredField = (typeof mirroredFields)[number]

/** The mirrored part of a row. Times are ISO 8601. */
export type Mirrored = Record<Exclude<MirroredField, 'banned'>, string | null> & Record<'banned', boolean>

/** The fields whose difference is drift. Clerk changes the last sign-in without an event, so ours is often older. */
export const comparedFields = mirroredFields.filter(field => field !== 'lastSignInAt')
