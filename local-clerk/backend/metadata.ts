import * as v from 'valibot'

type Metadata = Record<string, unknown>

const isObject = (value: unknown): value is Metadata =>
  v.is(v.record(v.string(), v.unknown()), value) && !Array.isArray(value)

/** Clerk's deep merge: objects are merged, a null removes its key (clerk-docs, `update-user-metadata`). */
export function mergeMetadata(before: Metadata, patch: Metadata | undefined): Metadata {
  if (!patch) return before
  const merged: Metadata = { ...before }
  for (const [key, value] of Object.entries(patch)) {
    const old = before[key]
    merged[key] = isObject(value) ? mergeMetadata(isObject(old) ? old : {}, value) : value
  }
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null))
}
