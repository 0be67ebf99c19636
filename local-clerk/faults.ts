import * as v from 'valibot'

const chance = v.pipe(v.number(), v.minValue(0), v.maxValue(1))
const milliseconds = v.pipe(v.number(), v.minValue(0), v.maxValue(600_000))

export const faultsSchema = v.object({
  /** event types that the delivery faults touch, as in `user.updated`; empty for all */
  types: v.array(v.string()),
  /** probability that an event is never sent; 1 loses every event for good */
  drop: chance,
  /** probability that it is sent more than once, and how many extra times */
  duplicate: chance,
  duplicateTimes: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(20)),
  /** each event waits a random time between the two */
  delayMs: v.tuple([milliseconds, milliseconds]),
  /** events are sent in any order within a window of this length */
  reorderMs: milliseconds,
  /** probability that an attempt carries a signature by another secret */
  wrongSignature: chance,
  /** probability that an attempt is signed as if it were ten minutes old */
  oldTimestamp: chance,
  frontend: v.object({
    /** waits so long before each answer */
    latencyMs: milliseconds,
    /** parts of the paths that it touches, as in `prepare_`; empty for all */
    paths: v.array(v.string()),
  }),
  backend: v.object({
    /** the status that the Backend API answers with; null answers as usual */
    status: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(400), v.maxValue(599))),
    /** seconds, for 429 and 503 */
    retryAfter: v.nullable(v.pipe(v.number(), v.minValue(0))),
    /** drops the connection instead of answering */
    down: v.boolean(),
    /** answers 200 with a page, as a proxy does that knows better */
    nonsense: v.boolean(),
    /** takes the request and never answers */
    silent: v.boolean(),
    /** waits so long before each answer */
    latencyMs: milliseconds,
    /** how many more requests it touches; null for all */
    times: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0))),
  }),
})

export type FaultSettings = v.InferOutput<typeof faultsSchema>
export type BackendFault = FaultSettings['backend']

export const faultsPatchSchema = v.partial(v.object({
  ...faultsSchema.entries,
  frontend: v.partial(faultsSchema.entries.frontend),
  backend: v.partial(faultsSchema.entries.backend),
}))

export type FaultsPatch = v.InferOutput<typeof faultsPatchSchema>

const none: FaultSettings = {
  types: [],
  drop: 0,
  duplicate: 0,
  duplicateTimes: 1,
  delayMs: [0, 0],
  reorderMs: 0,
  wrongSignature: 0,
  oldTimestamp: 0,
  frontend: { latencyMs: 0, paths: [] },
  backend: { status: null, retryAfter: null, down: false, nonsense: false, silent: false, latencyMs: 0, times: null },
}

export interface Faults {
  /** Changes the faults that are named; the others stay. */
  set(patch: FaultsPatch): void
  clear(): void
  get(): FaultSettings
  /** Whether any fault is set. */
  any(): boolean
  touches(type: string): boolean
  /** Whether a fault of this probability strikes now. */
  strikes(probability: number): boolean
  between(range: readonly [number, number]): number
  /** How long a Frontend API request to this path waits, in milliseconds. */
  frontendLatency(path: string): number
  /** The fault for the next Backend API request, counted down. */
  takeBackend(): BackendFault | null
}

/** Faults on demand, driven by `random` so that a run can be repeated. */
export function createFaults(random: () => number): Faults {
  let settings = structuredClone(none)
  return {
    set(patch) {
      const { frontend, backend, ...rest } = v.parse(faultsPatchSchema, patch)
      settings = { ...settings, ...rest, frontend: { ...settings.frontend, ...frontend }, backend: { ...settings.backend, ...backend } }
    },
    clear() {
      settings = structuredClone(none)
    },
    get: () => structuredClone(settings),
    any: () => JSON.stringify(settings) !== JSON.stringify(none),
    touches: type => settings.types.length === 0 || settings.types.includes(type),
    strikes: probability => probability > 0 && random() < probability,
    between: ([from, to]) => from + random() * Math.max(0, to - from),
    frontendLatency: path => settings.frontend.paths.length === 0 || settings.frontend.paths.some(part => path.includes(part))
      ? settings.frontend.latencyMs
      : 0,
    takeBackend() {
      const { backend } = settings
      if (backend.times === 0) return null
      if (backend.times !== null) backend.times -= 1
      return { ...backend }
    },
  }
}
