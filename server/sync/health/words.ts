const MINUTE = 60_000

/** ms from one time to another, both ISO 8601. */
export const age = (from: string, to: string) => Date.parse(to) - Date.parse(from)

export const number = (value: number) => value.toLocaleString('en-GB')

const plural = (count: number, one: string, many: string) => `${number(count)} ${count === 1 ? one : many}`
export const users = (count: number) => plural(count, 'user', 'users')
export const events = (count: number) => plural(count, 'event', 'events')
export const deliveries = (count: number) => plural(count, 'delivery', 'deliveries')
export const changes = (count: number) => plural(count, 'change', 'changes')
export const connections = (count: number) => plural(count, 'connection', 'connections')
export const requests = (count: number) => plural(count, 'request', 'requests')

export function ago(iso: string, now: string): string {
  const minutes = Math.floor(Math.max(0, age(iso, now)) / MINUTE)
  if (minutes < 1) return 'less than a minute ago'
  if (minutes < 120) return `${plural(minutes, 'minute', 'minutes')} ago`
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} hours ago` : `${Math.floor(minutes / 60 / 24)} days ago`
}

/** `14:02 UTC`, with the day when it is another one. */
export function clock(iso: string, now: string): string {
  const time = `${iso.slice(11, 16)} UTC`
  return iso.slice(0, 10) === now.slice(0, 10) ? time : `${iso.slice(0, 10)} ${time}`
}

/** `12 s ago`, as long as seconds say something. */
export function agoExact(iso: string, now: string): string {
  const passed = Math.max(0, Math.round(age(iso, now) / 1000))
  return passed < 120 ? `${passed} s ago` : ago(iso, now)
}

/** `14:02:16 UTC`, with the day when it is another one. */
export function seconds(iso: string, now: string): string {
  const time = `${iso.slice(11, 19)} UTC`
  return iso.slice(0, 10) === now.slice(0, 10) ? time : `${iso.slice(0, 10)} ${time}`
}
