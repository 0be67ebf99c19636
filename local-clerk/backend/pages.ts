import * as v from 'valibot'

const wholeNumber = v.pipe(v.string(), v.regex(/^\d+$/, 'Must be a whole number.'), v.transform(Number))

/** The parameters of lists other than the users'. */
export const pageFields = {
  limit: v.optional(v.pipe(wholeNumber, v.minValue(1), v.maxValue(500)), '10'),
  offset: v.optional(wholeNumber, '0'),
  paginated: v.optional(v.pipe(v.picklist(['true', 'false']), v.transform(text => text === 'true')), 'false'),
}

type Page = v.InferOutput<v.ObjectSchema<typeof pageFields, undefined>>

/** One page: a plain array, or with `paginated=true` also how many there are in all. */
export function pageOf<T, J>(all: readonly T[], { limit, offset, paginated }: Page, json: (item: T) => J) {
  const data = all.slice(offset, offset + limit).map(json)
  return paginated ? { data, total_count: all.length } : data
}
