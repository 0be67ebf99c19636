import * as v from 'valibot'
import { median } from './load.ts'

/** What one bench found of one piece of work, beside a baseline of the same run. */
export const Line = v.object({
  work: v.string(),
  size: v.string(),
  /** The median of the rounds. */
  value: v.number(),
  unit: v.string(),
  /** The least and the most of the rounds, in the same unit. */
  spread: v.tuple([v.number(), v.number()]),
  baseline: v.object({ name: v.string(), value: v.number() }),
  /** The value divided by the baseline's: the median of the rounds' ratios where both were measured in turn. */
  ratio: v.number(),
  /** What the ratio is to reach, such as `≥ 0.5`. */
  reach: v.optional(v.string()),
})
export type Line = v.InferOutput<typeof Line>

/**
 * What each file of `bench/` exports as `run`. The app is built before.
 * @param options.smoke small sizes and few rounds: it shows that the bench still runs, and its figures mean nothing
 * @throws when what was measured did not work; never because it was slow in a smoke run
 */
export type Bench = (options: { smoke: boolean }) => Promise<Line[]>

/**
 * One line of the values of some rounds and those of its baseline.
 * @param baseline.values as many as `values`, measured in turn with them; else any number
 */
export function compare(what: Pick<Line, 'work' | 'size' | 'unit' | 'reach'>, values: number[], baseline: { name: string, values: number[] }): Line {
  const ratios = values.map((value, round) => value / (baseline.values[round] ?? Number.NaN))
  return {
    ...what,
    value: median(values),
    spread: [Math.min(...values), Math.max(...values)],
    baseline: { name: baseline.name, value: median(baseline.values) },
    ratio: values.length === baseline.values.length ? median(ratios) : median(values) / median(baseline.values),
  }
}
