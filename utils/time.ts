import { dateFormat, numberFormat, relativeTimeFormat } from './intl.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/**
 * How long ago, as briefly as the reader's language has it: `now`, `5m`, `3h`, `2d`, then the day.
 * A time in the future, from a clock that is wrong, is `now`.
 * @param iso any form that `Date` reads
 * @param now milliseconds
 */
export function relativeTime(iso: string, now: number, timeZone = 'UTC', locale = 'en-GB'): string {
  const age = now - Date.parse(iso)
  const count = (size: number, unit: string) => numberFormat(locale, { style: 'unit', unit, unitDisplay: 'narrow' }).format(Math.floor(age / size))
  if (age < MINUTE) return justNow(locale)
  if (age < HOUR) return count(MINUTE, 'minute')
  if (age < DAY) return count(HOUR, 'hour')
  if (age < 7 * DAY) return count(DAY, 'day')
  const sameYear = civilDay(iso, timeZone).year === civilDay(now, timeZone).year
  return format(iso, { day: 'numeric', month: 'short', ...(sameYear ? {} : { year: 'numeric' }), timeZone }, locale)
}

/** How long ago, in words: `now`, `5 minutes ago`, `yesterday`, `3 weeks ago`. */
export function relativeTimeInWords(iso: string, now: number, timeZone = 'UTC', locale = 'en-GB'): string {
  const age = now - Date.parse(iso)
  const ago = (count: number, unit: Intl.RelativeTimeFormatUnit, numeric: 'auto' | 'always' = 'always') =>
    relativeTimeFormat(locale, { numeric }).format(-Math.floor(count), unit)
  if (age < MINUTE) return justNow(locale)
  if (age < HOUR) return ago(age / MINUTE, 'minute')
  if (age < DAY) return ago(age / HOUR, 'hour')
  // Yesterday is a calendar day: 26 hours ago may be the day before yesterday.
  const days = civilDay(now, timeZone).number - civilDay(iso, timeZone).number
  if (days < 7) return ago(days, 'day', 'auto')
  if (days < 30) return ago(days / 7, 'week')
  if (days < 365) return ago(Math.min(11, Math.max(1, days / 30.4)), 'month')
  return ago(Math.max(1, days / 365.2), 'year')
}

/** The whole instant with its zone: `21 November 2026 at 04:38 UTC`. */
export function fullTime(iso: string, timeZone = 'UTC', locale = 'en-GB'): string {
  return format(iso, { day: 'numeric', month: 'long', year: 'numeric', hour: '2-digit', minute: '2-digit', timeZone, timeZoneName: 'short' }, locale)
}

/** A day, short enough for a table: `3 Mar 2026`. */
export function shortDay(iso: string, timeZone = 'UTC', locale = 'en-GB'): string {
  return format(iso, { day: 'numeric', month: 'short', year: 'numeric', timeZone }, locale)
}

/** A month, for "Joined November 2026". */
export function monthAndYear(iso: string, timeZone = 'UTC', locale = 'en-GB'): string {
  return format(iso, { month: 'long', year: 'numeric', timeZone }, locale)
}

function justNow(locale: string): string {
  return relativeTimeFormat(locale, { numeric: 'auto' }).format(0, 'second')
}

function format(iso: string, options: Intl.DateTimeFormatOptions, locale: string): string {
  return dateFormat(locale, options).format(new Date(iso))
}

/** The calendar day of an instant in a time zone: its year, and its number, counted in days since 1970. */
function civilDay(instant: string | number, timeZone: string): { year: number, number: number } {
  const parts = dateFormat('en-GB', { calendar: 'gregory', numberingSystem: 'latn', day: 'numeric', month: 'numeric', year: 'numeric', timeZone }).formatToParts(new Date(instant))
  const part = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find(one => one.type === type)?.value)
  return { year: part('year'), number: Date.UTC(part('year'), part('month') - 1, part('day')) / DAY }
}
