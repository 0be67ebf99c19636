import type { DeletedObjectJSON, TokenJSON } from '@clerk/backend'

/** What is left to say of something deleted. */
export const deletedJson = (object: string, id: string) => ({ object, id, deleted: true }) satisfies DeletedObjectJSON

export const tokenJson = (jwt: string) => ({ object: 'token', jwt }) satisfies TokenJSON
