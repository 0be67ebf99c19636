import { dateFormat } from '../intl.ts'

/** An instant as logs show it: `2026-11-21 07:33:12.480`, the same in every language. */
export function exactTime(iso: string, timeZone = 'UTC'): string {
  return dateFormat('sv-SE', {
    year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3, timeZone,
  }).format(new Date(iso)).replace(',', '.')
}

/** What `<input type="datetime-local">` takes: `2026-11-21T07:33`. */
export function localInput(iso: string, timeZone = 'UTC'): string {
  return exactTime(iso, timeZone).slice(0, 16).replace(' ', 'T')
}

/** A duration in one unit: `84 ms`, `1.2 s`, `3 min`, `5 h`, `2 d`. */
export function spanOf(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 10_000) return `${(ms / 1_000).toFixed(1)} s`
  if (ms < 120_000) return `${Math.round(ms / 1_000)} s`
  if (ms < 120 * 60_000) return `${Math.round(ms / 60_000)} min`
  if (ms < 48 * 3_600_000) return `${Math.round(ms / 3_600_000)} h`
  return `${Math.round(ms / 86_400_000)} d`
}
