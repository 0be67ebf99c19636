/**
 * What is mirrored of a Clerk user, beside the id and the version: the keys of `users` in `db/schema.ts`.
 * The statement that writes users, the scan's comparison and the page that compares one user are made from this list,
 * and the parser of Clerk's JSON must give every one of them. A new field is a line here, in the schema and in the parser.
 */
export const mirroredFields = ['username', 'firstName', 'lastName', 'imageUrl', 'email', 'banned', 'clerkCreatedAt', 'lastSignInAt'] as const
export type MirroredField = (typeof mirroredFields)[number]

/** Those whose difference is drift. Clerk moves the last sign-in without an event, so it is as of the last news. */
export const comparedFields = mirroredFields.filter(field => field !== 'lastSignInAt')
