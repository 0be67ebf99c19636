import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as v from 'valibot'
import { expect, it, onTestFinished } from 'vitest'
import { freePort } from '#scripts/lib/ports.ts'
import { startRollcall } from '../support/rollcall.ts'

const Value = v.object({ key: v.string(), value: v.looseObject({}) })
const Span = v.looseObject({ traceId: v.string(), spanId: v.string(), parentSpanId: v.optional(v.string()), name: v.string(), kind: v.number(), startTimeUnixNano: v.string(), endTimeUnixNano: v.string(), attributes: v.array(Value) })
const Traces = v.object({ resourceSpans: v.array(v.looseObject({ resource: v.looseObject({ attributes: v.array(Value) }), scopeSpans: v.array(v.looseObject({ spans: v.array(Span) })) })) })

/** Takes OTLP in JSON, as a collector does. */
async function collect() {
  const posted: string[] = []
  const server = createServer(async (request, response) => {
    posted.push(await text(request))
    response.setHeader('content-type', 'application/json').end('{}')
  })
  const port = await freePort()
  server.listen(port, '127.0.0.1')
  onTestFinished(() => void server.close())
  const resources = () => posted.flatMap(body => v.parse(Traces, JSON.parse(body)).resourceSpans)
  return { url: `http://127.0.0.1:${port}`, posted, resources, spans: () => resources().flatMap(({ scopeSpans }) => scopeSpans).flatMap(({ spans }) => spans) }
}

/** One delivery to an app with this environment, and the modules that its process had loaded at its end. */
async function deliverOnce(env: Record<string, string>) {
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-modules-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const rollcall = await startRollcall({ env: { ...env, NODE_V8_COVERAGE: folder } })
  const { id } = rollcall.clerk.users.create({ firstName: 'Quillfeather', email: 'quill@example.com' })
  await rollcall.clerk.deliveries.settled()
  const [event] = await rollcall.db.$client<{ id: string }[]>`select id from webhook_events where user_id = ${id}`
  const caller = { trace: '0af7651916cd43dd8448eb211c80319c', span: 'b7ad6b7169203331' }
  await rollcall.request('/api/webhooks', { body: '{}', headers: { traceparent: `00-${caller.trace}-${caller.span}-01` } })
  await rollcall.stop()
  const modules: string[] = []
  for (const file of await readdir(folder)) modules.push(...JSON.parse(await readFile(join(folder, file), 'utf8')).result.map(({ url }: { url: string }) => url))
  expect(modules.length).toBeGreaterThan(20)
  // prom-client needs the types and no-ops of the API.
  return { caller, svixId: event?.id, loaded: modules.filter(url => /opentelemetry\/(?!api\/)|\/otel\b/.test(url)), userId: id }
}

it('a delivery is one trace, from the route to the commit, without what is personal; a stranger\'s traceparent counts for nothing', async () => {
  const collector = await collect()
  const { svixId, loaded, caller, userId } = await deliverOnce({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test' })
  expect(loaded.length).toBeGreaterThan(5)

  const [root, forged] = ['applied', 'refused'].map(outcome => collector.spans().find(({ attributes }) => attributes.some(({ key, value }) => key === 'rollcall.outcome' && value.stringValue === outcome)))
  expect(root).toMatchObject({ name: 'POST /api/webhooks', kind: 2 })
  expect(root?.parentSpanId).toBeUndefined()
  expect(Object.fromEntries(root?.attributes.map(({ key, value }) => [key, Object.values(value)[0]]) ?? [])).toEqual({
    'http.request.method': 'POST', 'http.route': '/api/webhooks', 'http.response.status_code': 200,
    'rollcall.request_id': expect.any(String), 'rollcall.svix_id': svixId, 'rollcall.event_type': 'user.created', 'rollcall.outcome': 'applied',
  })
  const children = collector.spans().filter(({ parentSpanId }) => parentSpanId === root?.spanId)
  expect(children.map(({ name }) => name)).toEqual(['verify', 'queue', 'commit'])
  let until = BigInt(root?.startTimeUnixNano ?? 0)
  for (const { traceId, startTimeUnixNano: from, endTimeUnixNano: to } of children) {
    expect(traceId).toBe(root?.traceId)
    expect(BigInt(from)).toBeGreaterThanOrEqual(until)
    until = BigInt(to)
  }
  expect(until).toBeLessThanOrEqual(BigInt(root?.endTimeUnixNano ?? 0))
  expect(forged?.traceId).not.toBe(caller.trace)

  expect(collector.resources()[0]?.resource.attributes).toEqual(expect.arrayContaining([
    { key: 'service.name', value: { stringValue: 'rollcall' } }, { key: 'deployment.environment.name', value: { stringValue: 'test' } },
  ]))
  for (const personal of ['Quillfeather', 'quill@', userId]) expect(collector.posted.join('')).not.toContain(personal)
})

it('behind a trusted proxy a delivery belongs to the trace of its caller', async () => {
  const collector = await collect()
  const { caller } = await deliverOnce({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, TRUSTED_PROXIES: '1' })
  expect(collector.spans().find(({ traceId, parentSpanId }) => traceId === caller.trace && parentSpanId === caller.span)).toMatchObject({ name: 'POST /api/webhooks' })
})

it('without its variables nothing of OpenTelemetry is loaded', async () => {
  expect((await deliverOnce({})).loaded).toEqual([])
})
