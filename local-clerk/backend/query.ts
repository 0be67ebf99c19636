import * as v from 'valibot'

/** The parameters that several lists of the Backend API take, as Clerk's OpenAPI writes them. */
export const wholeNumber = v.pipe(v.string(), v.regex(/^-?\d+$/, 'Must be a whole number.'), v.transform(Number))

export const flag = v.pipe(v.picklist(['true', 'false'], 'Must be true or false.'), v.transform(text => text === 'true'))

/** `name=a&name=b` and `name=a,b`, as the SDK and others send lists. */
export const texts = v.pipe(
  v.union([v.string(), v.array(v.string())]),
  v.transform(value => typeof value === 'string' ? value.split(',') : value),
  v.maxLength(100, 'At most 100 values.'),
)

/** Ids with `+` (included, also without a sign) or `-` (excluded). A raw `+` in an address arrives as a space. */
export const signedTexts = v.pipe(texts, v.transform(all => ({
  included: all.filter(text => !text.startsWith('-')).map(text => text.replace(/^[+ ]/, '')),
  excluded: all.filter(text => text.startsWith('-')).map(text => text.slice(1)),
})))

export type SignedTexts = v.InferOutput<typeof signedTexts>

/** Whether a list that names ids, or leaves some out, holds this one. */
export const isNamed = (ids: SignedTexts | undefined, id: string): boolean =>
  !ids || ((ids.included.length === 0 || ids.included.includes(id)) && !ids.excluded.includes(id))

/** The same for something that has several ids: any of those asked for, and none of those left out. */
export const isOfNamed = (ids: SignedTexts | undefined, own: () => string[]): boolean => {
  if (!ids) return true
  const held = new Set(own())
  return (ids.included.length === 0 || ids.included.some(id => held.has(id))) && !ids.excluded.some(id => held.has(id))
}

/** Both ends are left out, as Clerk's words are "before" and "after". What has no time is in no range. */
export function isBetween(at: number | null, after: number | undefined, before: number | undefined): boolean {
  if (after === undefined && before === undefined) return true
  return at !== null && at > (after ?? -Infinity) && at < (before ?? Infinity)
}

/** Whether a text holds the words, in any case of letters. */
export const holds = (words: string | undefined, texts: (string | null)[]): boolean =>
  words === undefined || texts.some(text => text?.toLowerCase().includes(words.toLowerCase()))

/** `created_at`, `+created_at` or `-created_at`; ascending without a sign. */
export const orderBy = <const F extends readonly [string, ...string[]]>(fields: F) => v.optional(v.pipe(
  v.string(),
  v.transform(text => ({ field: text.replace(/^[+\- ]/, ''), descending: text.startsWith('-') })),
  v.object({ field: v.picklist(fields, `Can be ${fields.join(', ')}, with + or - before it.`), descending: v.boolean() }),
), '-created_at')

export const page = {
  limit: v.optional(v.pipe(wholeNumber, v.minValue(1), v.maxValue(500)), '10'),
  offset: v.optional(v.pipe(wholeNumber, v.minValue(0)), '0'),
}

type SortKey = string | number

/**
 * One page of a list, with the count of all.
 * @param keyOf what the order sorts by; equal rows are ordered by id, in the direction of the list
 */
export function pageOf<T extends { id: string }, J>(rows: readonly T[], asked: { limit: number, offset: number, descending?: boolean }, keyOf: (row: T) => SortKey, json: (row: T) => J): { data: J[], total_count: number } {
  const compare = (a: SortKey, b: SortKey) => a < b ? -1 : a > b ? 1 : 0
  const direction = asked.descending ?? true ? -1 : 1
  const ordered = rows.toSorted((a, b) => direction * (compare(keyOf(a), keyOf(b)) || compare(a.id, b.id)))
  return { data: ordered.slice(asked.offset, asked.offset + asked.limit).map(json), total_count: rows.length }
}
