/**
 * What an SDK's type asks of an answer, with room for the fields that only Clerk's OpenAPI names.
 * `Own` lists the fields that Clerk answers otherwise than the type says (a null, mostly).
 */
export type Sdk<T, Own extends keyof T = never> = Omit<T, Own> & Record<string, unknown>
