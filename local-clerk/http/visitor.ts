import { getHeader, getRequestIP, type H3Event } from 'h3'

/** Who asks, as Clerk notes it with a session. */
export interface Visitor {
  ip: string
  userAgent: string
}

/** The address that a proxy names, else the connection's, and the browser's name for itself. */
export function visitorOf(event: H3Event): Visitor {
  return { ip: getRequestIP(event, { xForwardedFor: true }) ?? '127.0.0.1', userAgent: getHeader(event, 'user-agent') ?? '' }
}
