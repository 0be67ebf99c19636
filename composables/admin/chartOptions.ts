import type { BarSeriesOption, LineSeriesOption } from 'echarts/charts'
import type { GridComponentOption, TooltipComponentOption } from 'echarts/components'
import type { ComposeOption } from 'echarts/core'
import type { ChartHour } from '#shared/types/admin'
import type { ChartRange } from '#shared/schemas/admin'
import type { Bar } from '~~/utils/admin/hours'
import type { ChartPalette } from './useChartPalette'

export type ChartOption = ComposeOption<BarSeriesOption | LineSeriesOption | GridComponentOption | TooltipComponentOption>

interface ChartInput {
  hours: readonly ChartHour[]
  range: ChartRange
  timeZone: string
  locale: string
  palette: ChartPalette
}

/** Deliveries in bars, stacked by outcome. */
export function deliveriesOption(input: ChartInput): ChartOption {
  const { palette } = input
  const bars = toBars(input.hours, input.range, input.timeZone)
  return {
    ...frame(input, bars, (bar) => {
      const kinds = chartKinds.filter(kind => countOf(bar, kind) > 0).reverse()
      return kinds.length === 0 ? line('no deliveries', '') : kinds.map(kind => line(kind, countOf(bar, kind).toLocaleString('en-GB'), palette[kind])).join('')
    }),
    yAxis: { type: 'value', minInterval: 1, splitNumber: 3, axisLabel: { color: palette.ink }, splitLine: { lineStyle: { color: palette.line } } },
    series: chartKinds.map(kind => ({
      type: 'bar',
      name: kind,
      stack: 'deliveries',
      barCategoryGap: { day: '25%', week: '10%', month: '20%' }[input.range],
      cursor: 'default',
      data: bars.map(bar => countOf(bar, kind)),
      itemStyle: {
        color: palette[kind],
        // Hatched: colour alone must not tell it apart.
        ...kind === 'refused' ? { decal: { symbol: 'rect', color: palette.paper, dashArrayX: [1, 0], dashArrayY: [1, 3], rotation: -Math.PI / 4 } } : {},
      },
    })),
  }
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** The ticks of the lag axis in ms, each about ten times the one before. */
const spans = new Map([
  [1, '1 ms'], [10, '10 ms'], [100, '100 ms'], [1_000, '1 s'], [10_000, '10 s'], [MINUTE, '1 min'], [10 * MINUTE, '10 min'],
  [HOUR, '1 h'], [10 * HOUR, '10 h'], [4 * DAY, '4 d'], [40 * DAY, '40 d'], [400 * DAY, '400 d'],
])

/** How long events took from Clerk's clock to our commit: median and p95. */
export function lagOption(input: ChartInput): ChartOption {
  const { hours, palette } = input
  const values = hours.flatMap(({ lag }) => lag ? [atLeastOne(lag.p50), atLeastOne(lag.p95)] : [])
  const steps = [...spans.keys()]
  const min = steps.findLast(span => span <= Math.min(...values)) ?? 1
  const max = steps.find(span => span >= Math.max(...values) && span > min) ?? 400 * DAY
  const ticks = steps.filter(span => span >= min && span <= max)
  const series = (key: 'p50' | 'p95', color: string): LineSeriesOption => ({
    type: 'line',
    name: key,
    data: hours.map(({ lag }) => lag ? atLeastOne(lag[key]) : null),
    showSymbol: true,
    // Else a lone hour of a long range would show nothing.
    showAllSymbol: true,
    symbol: 'circle',
    symbolSize: { day: 5, week: 3, month: 2 }[input.range],
    cursor: 'default',
    lineStyle: { color, width: 2, type: key === 'p95' ? 'dashed' : 'solid' },
    itemStyle: { color },
  })
  return {
    ...frame(input, hours.map(({ hour, lag }) => ({ from: hour, until: endOf(hour), lag })), ({ lag }) => lag ? line('p95', spanOf(lag.p95), palette.p95) + line('Median', spanOf(lag.p50), palette.p50) : line('nothing applied', '')),
    yAxis: {
      type: 'log',
      min,
      max,
      axisLabel: { color: palette.ink, customValues: ticks, formatter: (value: number) => spans.get(value) ?? '' },
      axisTick: { show: false },
      splitLine: { show: false },
    },
    series: [series('p95', palette.p95), series('p50', palette.p50)],
  }
}

/** @param slots what stands side by side, each from one moment to another */
function frame<Slot extends Pick<Bar, 'from' | 'until'>>({ range, timeZone, locale, palette }: ChartInput, slots: readonly Slot[], describe: (slot: Slot) => string): ChartOption {
  const marked = (iso: string) => hourOfDay(iso, timeZone) % (range === 'day' ? 4 : 24) === 0
  return {
    animation: false,
    textStyle: { fontFamily: 'inherit', fontSize: 13 },
    grid: { left: 0, right: 4, top: 12, bottom: 0, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    xAxis: {
      type: 'category',
      data: slots.map(({ from }) => from),
      axisTick: { show: false },
      axisLine: { lineStyle: { color: palette.line } },
      axisLabel: {
        color: palette.ink,
        hideOverlap: true,
        interval: (_: number, iso: string) => marked(iso),
        formatter: (iso: string) => range === 'day' ? clockTime(iso, timeZone, { locale }) : dayName(iso, range, timeZone, locale),
      },
    },
    tooltip: {
      trigger: 'axis',
      confine: true,
      transitionDuration: 0,
      axisPointer: { type: 'shadow', shadowStyle: { color: palette.line, opacity: 0.4 } },
      backgroundColor: palette.paper,
      borderColor: palette.line,
      textStyle: { color: palette.text, fontFamily: 'inherit', fontSize: 14 },
      // This is markup: it may hold our own words and numbers, never text from users.
      formatter: (shown) => {
        const slot = slots[(Array.isArray(shown) ? shown[0] : shown)?.dataIndex ?? -1]
        return slot ? `<strong>${nameSpan(slot.from, slot.until, { timeZone, range, locale })}</strong>${describe(slot)}` : ''
      },
    },
  }
}

const atLeastOne = (ms: number) => Math.max(1, ms)

const dayName = (iso: string, range: ChartRange, timeZone: string, locale: string) =>
  new Intl.DateTimeFormat(locale, { ...range === 'month' ? { day: 'numeric', month: 'short' } : { weekday: 'short' }, timeZone }).format(new Date(iso))

const line = (name: string, value: string, color?: string) =>
  `<div style="display:flex;gap:0.5rem;align-items:center">${color ? `<i style="width:0.6rem;height:0.6rem;border-radius:2px;background:${color}"></i>` : ''}<span>${name}</span><b style="margin-left:auto;padding-left:1rem">${value}</b></div>`
