import { setTimeout as sleep } from 'node:timers/promises'
import type { Attributes, Context } from '@opentelemetry/api'
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { parseTraceParent } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources'
import { AlwaysOnSampler, BatchSpanProcessor, ParentBasedSampler, TracerProvider } from '@opentelemetry/sdk-trace'
import { log } from '../log/log.ts'
import type { Tracing } from './tracing.ts'

const CLOSE_MS = 2_000
const NAME = 'rollcall'

const epoch = (at: number) => performance.timeOrigin + at

/**
 * Traces by OpenTelemetry's own packages, as OTLP in JSON over HTTP. Where they go is said by its standard variables:
 * `OTEL_EXPORTER_OTLP_*`, `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES`. 2,048 spans wait at most; more are dropped.
 */
export function openTracing(): Tracing {
  const provider = new TracerProvider({
    resource: defaultResource().merge(resourceFromAttributes({ 'service.name': NAME })).merge(detectResources({ detectors: [envDetector] })),
    sampler: new ParentBasedSampler({ root: new AlwaysOnSampler() }),
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter() })],
  })
  const tracer = provider.getTracer(NAME)

  function child(parent: Context, name: string, from: number | undefined, to: number | undefined) {
    if (from !== undefined && to !== undefined) tracer.startSpan(name, { startTime: epoch(from) }, parent).end(epoch(to))
  }

  log.info({}, 'tracing on')
  return {
    delivery({ requestId, traceparent, svixId, type, outcome, status, beganAt, endedAt, stages }) {
      const caller = traceparent === undefined ? null : parseTraceParent(traceparent)
      const attributes: Attributes = {
        'http.request.method': 'POST', 'http.route': '/api/webhooks', 'http.response.status_code': status,
        'rollcall.request_id': requestId, 'rollcall.svix_id': svixId ?? undefined, 'rollcall.event_type': type ?? undefined, 'rollcall.outcome': outcome,
      }
      const span = tracer.startSpan('POST /api/webhooks', { kind: SpanKind.SERVER, startTime: epoch(beganAt), attributes },
        caller ? trace.setSpanContext(ROOT_CONTEXT, { ...caller, isRemote: true }) : ROOT_CONTEXT)
      const parent = trace.setSpan(ROOT_CONTEXT, span)
      child(parent, 'verify', stages.readAt, stages.verifiedAt)
      child(parent, 'queue', stages.queuedAt, stages.writtenAt)
      child(parent, 'commit', stages.writtenAt, stages.committedAt)
      if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
      span.end(epoch(endedAt))
    },
    close: () => Promise.race([provider.shutdown().catch(() => {}), sleep(CLOSE_MS, undefined, { ref: false })]),
  }
}
