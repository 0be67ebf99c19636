import { numberFormat } from './intl.ts'

/** Counts are rounded from here on. */
const MANY = 10_000

/** A count as pages show it: `1,234`, and `12K` from 10,000 on. */
export function countText(count: number, locale = 'en-GB'): string {
  return numberFormat(locale, count < MANY ? {} : { notation: 'compact' }).format(count)
}

/** Notifications not seen yet, as a badge has room for them: `99+` from 100 on, where the server stops counting. */
export const unreadText = (unread: number): string => unread < 100 ? String(unread) : '99+'

/** The whole count, whatever its size. */
export function fullCount(count: number, locale = 'en-GB'): string {
  return numberFormat(locale, {}).format(count)
}
