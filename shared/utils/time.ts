const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/**
 * How long ago, as briefly as people say it: `now`, `5 min`, `3 h`, `2 d`, then the day.
 * Both instants in any form `Date` reads. A clock that runs behind shows `now`, never a negative time.
 */
export function relativeTime(iso: string, now: number, timeZone = 'UTC'): string {
  const age = now - Date.parse(iso)
  if (age < MINUTE) return 'now'
  if (age < HOUR) return `${Math.floor(age / MINUTE)} min`
  if (age < DAY) return `${Math.floor(age / HOUR)} h`
  if (age < 7 * DAY) return `${Math.floor(age / DAY)} d`
  const sameYear = yearOf(iso, timeZone) === yearOf(new Date(now).toISOString(), timeZone)
  return format(iso, { day: 'numeric', month: 'short', ...(sameYear ? {} : { year: 'numeric' }), timeZone })
}

/** As `relativeTime`, in a sentence: `just now`, `5 min ago`, `on 3 Mar`. */
export function relativeTimeInWords(iso: string, now: number, timeZone = 'UTC'): string {
  const text = relativeTime(iso, now, timeZone)
  if (text === 'now') return 'just now'
  return / (?:min|h|d)$/.test(text) ? `${text} ago` : `on ${text}`
}

/** The whole instant with its zone: `21 November 2026, 04:38 UTC`. */
export function fullTime(iso: string, timeZone = 'UTC'): string {
  return format(iso, { day: 'numeric', month: 'long', year: 'numeric', hour: '2-digit', minute: '2-digit', timeZone, timeZoneName: 'short' })
}

/** A day, as a table has room for: `3 Mar 2026`. */
export function shortDay(iso: string, timeZone = 'UTC'): string {
  return format(iso, { day: 'numeric', month: 'short', year: 'numeric', timeZone })
}

/** A month, for "Joined November 2026". */
export function monthAndYear(iso: string, timeZone = 'UTC'): string {
  return format(iso, { month: 'long', year: 'numeric', timeZone })
}

function yearOf(iso: string, timeZone: string): string {
  return format(iso, { year: 'numeric', timeZone })
}

// British English: its 24-hour clock reads the same in every version of ICU, so server and browser agree.
function format(iso: string, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat('en-GB', options).format(new Date(iso))
}
