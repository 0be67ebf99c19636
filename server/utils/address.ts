import { getRequestHeader } from 'h3'
import type { H3Event } from 'h3'
import { useEnv } from '#server/env.ts'

/**
 * Where a request comes from: the socket's address, or the one that the outermost of `TRUSTED_PROXIES` proxies saw.
 * Each proxy adds the address of who asked it at the end of `X-Forwarded-For`, so what stands before is a claim.
 * @returns an address; `unknown` when the socket has closed
 */
export function clientAddress(event: H3Event): string {
  // A page that asks the API while it is rendered does so in this process, by no socket.
  if (event.context.page) return event.context.page.address
  const socket = event.node.req.socket.remoteAddress ?? 'unknown'
  const { TRUSTED_PROXIES } = useEnv()
  if (TRUSTED_PROXIES === 0) return socket
  const forwarded = (getRequestHeader(event, 'x-forwarded-for') ?? '').split(',').map(part => part.trim()).filter(part => part !== '')
  return forwarded.at(-TRUSTED_PROXIES) ?? forwarded[0] ?? socket
}
