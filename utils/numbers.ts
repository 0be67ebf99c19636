import { numberFormat } from './intl.ts'

/** From here on a count is said roughly. */
const MANY = 10_000

/** A count as it stands in a page: `1,234`, and `12K` from 10,000 on. */
export function countText(count: number, locale = 'en-GB'): string {
  return numberFormat(locale, count < MANY ? {} : { notation: 'compact' }).format(count)
}

/** The whole count, whatever its size. */
export function fullCount(count: number, locale = 'en-GB'): string {
  return numberFormat(locale, {}).format(count)
}
