import { timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { type EventHandler, getHeader, getRequestURL, type H3Event, setHeader } from 'h3'
import { ClerkError, errors } from '../errors.ts'
import { route } from '../http/route.ts'
import type { Context } from '../context.ts'

const faultCodes: Record<number, string> = { 429: 'too_many_requests', 500: 'internal_clerk_error', 503: 'service_unavailable' }

function hasSecretKey(event: H3Event, secretKey: string): boolean {
  const given = Buffer.from(getHeader(event, 'authorization') ?? '')
  const expected = Buffer.from(`Bearer ${secretKey}`)
  return given.length === expected.length && timingSafeEqual(given, expected)
}

/** A Backend API handler: logged, struck by the faults that are set, open to the secret key alone, and limited where that is on. */
export function guarded(ctx: Context, handler: (event: H3Event) => unknown): EventHandler {
  return route(async (event) => {
    const { pathname, search } = getRequestURL(event)
    ctx.backendLog.add({ method: event.method, path: pathname, query: search.slice(1), at: ctx.now() })
    const fault = ctx.faults.takeBackend()
    if (fault?.latencyMs) await sleep(fault.latencyMs)
    if (fault?.down) {
      event.node.req.socket.destroy()
      return null
    }
    if (fault?.silent) {
      await once(event.node.res, 'close')
      return null
    }
    if (fault?.nonsense) {
      setHeader(event, 'Content-Type', 'text/html')
      return '<!doctype html><title>Back soon</title>'
    }
    if (fault?.status) {
      if (fault.retryAfter !== null) setHeader(event, 'Retry-After', fault.retryAfter)
      throw new ClerkError(fault.status, faultCodes[fault.status] ?? 'fault', `The local Clerk was told to answer ${fault.status}.`)
    }
    if (!hasSecretKey(event, ctx.secretKey)) throw errors.badSecretKey()
    await ctx.rateLimit?.count(event)
    return handler(event)
  })
}
