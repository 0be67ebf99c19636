import { AsyncLocalStorage } from 'node:async_hooks'
import { getHeader, getRequestIP, type H3Event } from 'h3'

/** Who asks, as Clerk notes it with a session. */
export interface Visitor {
  ip: string
  userAgent: string
}

const current = new AsyncLocalStorage<Visitor>()

/** Runs what a request causes, so that its events can name who asked. */
export const asVisitor = <T>(visitor: Visitor, run: () => T): T => current.run(visitor, run)

/** Who asked for what happens now; nobody did where the program itself makes a change. */
export const currentVisitor = (): Visitor => current.getStore() ?? { ip: '127.0.0.1', userAgent: 'local-clerk' }

/** The address that a proxy names, else the connection's, and the browser's name for itself. */
export function visitorOf(event: H3Event): Visitor {
  return { ip: getRequestIP(event, { xForwardedFor: true }) ?? '127.0.0.1', userAgent: getHeader(event, 'user-agent') ?? '' }
}
