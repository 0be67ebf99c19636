import { useEnv } from '../env.ts'
import { logFailure } from '../log/log.ts'
import type { DeliveryStages } from '../sync/news.ts'

/** A delivery that was answered. Times by `performance.now()`. */
export interface TracedDelivery {
  requestId: string | undefined
  /** The caller's `traceparent`, where it is trusted. */
  traceparent: string | undefined
  svixId: string | null
  type: string | null
  outcome: string
  status: number
  beganAt: number
  endedAt: number
  stages: DeliveryStages
}

export interface Tracing {
  /** Makes the spans of a delivery; they leave in batches. */
  delivery(delivery: TracedDelivery): void
  /** Sends what waits, for 2 s at most. */
  close(): Promise<void>
}

let running: Tracing | undefined

/** The tracing of this process; undefined while none is asked for. */
export const tracing = (): Tracing | undefined => running

/** Loads OpenTelemetry when the environment says where traces go, and nothing of it otherwise. */
export async function startTracing(): Promise<void> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: all, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: traces, OTEL_SDK_DISABLED: disabled } = useEnv()
  if (disabled || (all ?? traces) === undefined) return
  try {
    running = (await import('./otel.ts')).openTracing()
  }
  catch (error) {
    logFailure('tracing', error)
  }
}
