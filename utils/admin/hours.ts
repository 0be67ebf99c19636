import type { ChartHour } from '#shared/types/admin.ts'
import type { ChartRange } from '#shared/schemas/admin.ts'
import type { Outcome } from '#shared/types/sync.ts'
import { dateFormat } from '../intl.ts'
import { spanOf } from './exact-time.ts'

const HOUR_MS = 3_600_000

/** What became of deliveries, in the order in which the charts stack them. */
export const chartKinds = ['applied', 'stale', 'ignored', 'rejected', 'failed', 'refused'] as const satisfies (Outcome | 'refused')[]
export type ChartKind = (typeof chartKinds)[number]

/** Deliveries that are counted together. */
type Counts = Pick<ChartHour, 'outcomes' | 'refused'>

/** Deliveries of one kind in an hour, or in more. */
export const countOf = (counts: Counts, kind: ChartKind): number => kind === 'refused' ? counts.refused : counts.outcomes[kind]

/** Deliveries of all hours by kind. */
export function sumHours(hours: readonly Counts[]): Record<ChartKind, number> {
  const sum = (kind: ChartKind) => hours.reduce((total, hour) => total + countOf(hour, kind), 0)
  return { applied: sum('applied'), stale: sum('stale'), ignored: sum('ignored'), rejected: sum('rejected'), failed: sum('failed'), refused: sum('refused') }
}

/** Deliveries of one bar of the chart. */
export interface Bar extends Counts {
  /** When its first hour begins. */
  from: string
  /** When its last hour ends. */
  until: string
}

/** Hours in a bar of each range, so that it is 4 px wide or more on a phone. */
const barHours: Record<ChartRange, number> = { day: 1, week: 3, month: 24 }
/** What a bar of each range is, after *per*. */
export const barWords: Record<ChartRange, string> = { day: 'hour', week: '3 hours', month: 'day' }

/** When an hour of the charts ends. */
export const endOf = (hour: string) => new Date(Date.parse(hour) + HOUR_MS).toISOString()

/** The hours of a range in bars that begin at midnight by the clock of a zone; the first and the last may have fewer hours than the others. */
export function toBars(hours: readonly ChartHour[], range: ChartRange, timeZone: string): Bar[] {
  const size = barHours[range]
  const groups = Map.groupBy(hours, ({ hour }) => size === 1 ? hour : `${dayOf(hour, timeZone)} ${Math.floor(hourOfDay(hour, timeZone) / size)}`)
  return [...groups.values()].flatMap((group) => {
    const [first, last] = [group[0], group.at(-1)]
    if (!first || !last) return []
    const { refused, ...outcomes } = sumHours(group)
    return [{ from: first.hour, until: endOf(last.hour), outcomes, refused }]
  })
}

/** The time that a range of the charts covers, after *the last*. */
export const rangeWords: Record<ChartRange, string> = { day: '24 hours', week: '7 days', month: '30 days' }

/** The chart of deliveries in one sentence. @param span `24 hours` */
export function describeDeliveries(hours: readonly ChartHour[], span: string): string {
  const sums = sumHours(hours)
  const kinds = chartKinds.filter(kind => sums[kind] > 0)
  const all = kinds.reduce((total, kind) => total + sums[kind], 0)
  if (all === 0) return `No deliveries in the last ${span}.`
  const number = (value: number) => value.toLocaleString('en-GB')
  const came = `${number(all)} ${all === 1 ? 'delivery' : 'deliveries'} in the last ${span}`
  if (kinds.length === 1) return `${came}, ${all === 1 ? '' : 'all '}${kinds[0] ?? ''}.`
  return `${came}: ${kinds.map(kind => `${number(sums[kind])} ${kind}`).join(', ')}.`
}

/** The chart of the lag in one or two sentences. */
export function describeLag(hours: readonly ChartHour[], span: string, nameHour: (iso: string) => string): string {
  const lags = hours.flatMap(({ hour, lag }) => lag ? [{ hour, ...lag }] : [])
  const slowest = lags.reduce<(typeof lags)[number] | null>((worst, one) => !worst || one.p95 > worst.p95 ? one : worst, null)
  if (!slowest) return `No events were applied in the last ${span}.`
  const usual = `In a typical hour, the median lag was ${spanOf(median(lags.map(({ p50 }) => p50)))} and the p95 was ${spanOf(median(lags.map(({ p95 }) => p95)))}.`
  return lags.length > 1 ? `${usual} The slowest hour was ${nameHour(slowest.hour)}, with a p95 of ${spanOf(slowest.p95)}.` : usual
}

/** An hour by the clock of a zone: 0 to 23. */
export function hourOfDay(iso: string, timeZone: string): number {
  return Number(dateFormat('en-GB', { hour: '2-digit', hourCycle: 'h23', timeZone }).format(new Date(iso)))
}

/** `14:00`, with the weekday, or the whole day, where that is not clear: `Mon 14:00`, `Mon 23 Nov, 14:00`. */
export function clockTime(iso: string, timeZone: string, options: { weekday?: boolean, day?: boolean, seconds?: boolean, locale?: string } = {}): string {
  return dateFormat(options.locale ?? 'en-GB', {
    hour: '2-digit', minute: '2-digit', timeZone,
    ...options.seconds ? { second: '2-digit' } : {},
    ...options.weekday ? { weekday: 'short' } : {},
    ...options.day ? { day: 'numeric', month: 'short' } : {},
  }).format(new Date(iso))
}

interface SpanOptions { timeZone: string, range: ChartRange, locale: string }

/** From when to when, as a range of the charts needs it: `Mon 14:00–15:00`, `Mon 12 Nov, 06:00–12:00`, or a whole day, `Mon 12 Nov`. */
export function nameSpan(from: string, until: string, { timeZone, range, locale }: SpanOptions): string {
  const isWholeDay = Date.parse(until) - Date.parse(from) > 22 * HOUR_MS && hourOfDay(from, timeZone) === 0
  if (isWholeDay) return dateFormat(locale, { weekday: 'short', day: 'numeric', month: 'short', timeZone }).format(new Date(from))
  return `${clockTime(from, timeZone, { weekday: true, day: range === 'month', locale })}–${clockTime(until, timeZone, { locale })}`
}

const dayOf = (iso: string, timeZone: string) => dateFormat('en-GB', { dateStyle: 'short', timeZone }).format(new Date(iso))

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0
}
