import type { RunningApp } from '#scripts/lib/server.ts'
import type { DatabaseProxy } from '#scripts/lib/database-proxy.ts'

/** One look at one instance. Memory in MiB. */
export interface Sample {
  /** Seconds since the load began. */
  at: number
  heap: number
  resident: number
  handles: number
  streams: number
  connections: number
}

const TIMEOUT_MS = 10_000

/** The value of a metric without labels, of Prometheus's text; NaN when it is not there. */
const valueOf = (text: string, name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN)

/** @returns null when it does not answer */
export async function takeSample(app: RunningApp, proxy: DatabaseProxy, token: string, at: number): Promise<Sample | null> {
  const answer = await fetch(`${app.url}/api/metrics`, { headers: { authorization: `Bearer ${token}` }, signal: AbortSignal.timeout(TIMEOUT_MS) }).catch(() => null)
  if (!answer?.ok) return null
  const text = await answer.text()
  return {
    at,
    heap: valueOf(text, 'nodejs_heap_size_used_bytes') / 2 ** 20,
    resident: valueOf(text, 'process_resident_memory_bytes') / 2 ** 20,
    handles: valueOf(text, 'nodejs_active_resources_total'),
    streams: valueOf(text, 'rollcall_live_clients'),
    connections: proxy.count(),
  }
}

/** The first samples are of code that is still being compiled and of caches that fill. */
const WARM_UP = 0.25
const SLACK = { heap: 24, resident: 64, handles: 60, connections: 4 } as const
const FACTOR = 1.2

const lowest = (values: number[]) => Math.min(...values)
const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

/**
 * What grew, in words; empty when nothing did. The last third is held against the third after the warm-up: of the heap
 * the lowest (what is left after a collection), of the others the median. A fifth more and some slack is no growth.
 */
export function findGrowth(samples: Sample[]): string[] {
  const warm = samples.slice(Math.floor(samples.length * WARM_UP))
  const third = Math.floor(warm.length / 3)
  if (third < 3) return ['Too few samples were taken to say whether anything grew.']
  const [early, late] = [warm.slice(0, third), warm.slice(-third)]
  return (['heap', 'resident', 'handles', 'connections'] as const).flatMap((what) => {
    const typical = what === 'heap' ? lowest : median
    const [from, to] = [typical(early.map(sample => sample[what])), typical(late.map(sample => sample[what]))]
    return to <= from * FACTOR + SLACK[what] ? [] : [`${what} grew from ${from.toFixed(0)} to ${to.toFixed(0)}`]
  })
}
