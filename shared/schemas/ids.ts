import * as v from 'valibot'

/** A Clerk user id. The length is bounded, the form is Clerk's to choose. */
export const UserId = v.pipe(v.string('Give a user id.'), v.regex(/^[\w-]{1,64}$/, 'That is not a user id. It looks like user_2ab….'))

/** What may be a part of a Clerk user id, without `user_`: 4 or more letters and digits, since ids of one time begin alike. */
export const IdPart = v.pipe(v.string(), v.regex(/^[0-9A-Za-z]{4,64}$/))

export const PostId = v.pipe(v.string('Give a post id.'), v.uuid('That is not a post id.'))

export const UserParams = v.object({ id: UserId })
export const PostParams = v.object({ id: PostId })
export const RunParams = v.object({ id: v.pipe(v.string(), v.uuid('That is not the id of a run.')) })
