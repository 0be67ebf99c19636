import { getRequestHeader } from 'h3'
import type { H3Event } from 'h3'
import ipaddr from 'ipaddr.js'
import { useEnv } from '#server/env.ts'

/**
 * Where a request comes from, as limits count it: the socket's address, or the one that the outermost of
 * `TRUSTED_PROXIES` proxies saw. Not for who signs in or for logs.
 * @returns an IPv4 address, the /64 of an IPv6 address (the smallest block that one customer gets), or `unknown` when
 * the socket has closed
 */
export function clientAddress(event: H3Event): string {
  // A page that asks the API while it is rendered does so in this process, by no socket.
  if (event.context.page) return event.context.page.address
  return addressOf(event.node.req.socket.remoteAddress, getRequestHeader(event, 'x-forwarded-for'), useEnv().TRUSTED_PROXIES)
}

/**
 * Each proxy adds the address of who asked it at the end of `X-Forwarded-For`, so only the last entries, one for each
 * trusted proxy, are more than a claim. With fewer entries than proxies, the first one was written by a proxy, too.
 * @param forwarded the header; Node joins several to one
 */
export function addressOf(socket: string | undefined, forwarded: string | undefined, trustedProxies: number): string {
  const entries = trustedProxies === 0 ? [] : (forwarded ?? '').split(',').map(part => part.trim()).filter(part => part !== '')
  const seen = entries.at(-trustedProxies) ?? entries[0]
  return (seen && blockOf(withoutPort(seen))) ?? blockOf(socket ?? '') ?? 'unknown'
}

/** Some proxies add the port: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
const withoutPort = (entry: string) => /^\[(.+)\](?::\d+)?$/.exec(entry)?.[1] ?? /^([\d.]+):\d+$/.exec(entry)?.[1] ?? entry

/** Null when this is no address. An IPv4 address in an IPv6 one is the IPv4 address. */
function blockOf(text: string): string | null {
  if (!ipaddr.isValid(text)) return null
  const address = ipaddr.process(text)
  if (!(address instanceof ipaddr.IPv6)) return address.toString()
  return `${new ipaddr.IPv6([...address.parts.slice(0, 4), 0, 0, 0, 0]).toString()}/64`
}
