import { randomUUID } from 'node:crypto'
import { IncomingMessage } from 'node:http'
import type { H3Event } from 'h3'
import { checkEnv } from '../env.ts'
import { tracing } from '../tracing/tracing.ts'
import { routeOf } from '../utils/routes.ts'
import { log } from './log.ts'

/** Asked for all the time, and says nothing. */
const quiet = new Set(['/api/health', '/_nuxt/*', 'file'])

/** What a proxy may have given as the id of a request. */
const wellFormed = /^[\w.-]{8,64}$/

/** Gives a request its id, and logs it when its response has ended or was cut off: one line, for a stream too. */
export function followRequest(event: H3Event): void {
  const { req, res } = event.node
  const given = req.headers['x-request-id']
  const known = typeof given === 'string' && wellFormed.test(given) ? given : undefined
  // What a page asks for while it is rendered carries the id of the page's request, and has no line of its own.
  if (!(req instanceof IncomingMessage)) return void (event.context.requestId = known)

  const beganAt = performance.now()
  const trusted = (checkEnv().env?.TRUSTED_PROXIES ?? 0) > 0
  const requestId = known && trusted ? known : randomUUID()
  event.context.requestId = requestId
  req.headers['x-request-id'] = requestId
  res.setHeader('x-request-id', requestId)
  const { path, method } = event
  if (tracing()) event.context.stages = {}
  res.once('close', () => {
    const { logged: { delivery } = {}, stages } = event.context
    if (delivery && stages) {
      const traceparent = trusted ? req.headers.traceparent?.toString() : undefined
      tracing()?.delivery({ requestId, traceparent, ...delivery, status: res.statusCode, beganAt, endedAt: performance.now(), stages })
    }
    const route = routeOf(path)
    const level = res.statusCode >= 500 ? 'error' : quiet.has(route) ? 'debug' : 'info'
    if (!log.isLevelEnabled(level)) return
    const ms = Math.round((performance.now() - beganAt) * 10) / 10
    log[level]({ requestId, method, route, status: res.statusCode, ms, ...res.writableFinished ? {} : { cutOff: true }, ...delivery }, delivery ? 'delivery' : 'request')
  })
}
