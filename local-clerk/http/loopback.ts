const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]'])

/** Whether an address is on this machine; `*.localhost` is, by RFC 6761. */
export function isLoopbackUrl(address: string): boolean {
  if (!URL.canParse(address)) return false
  const { protocol, hostname } = new URL(address)
  return /^https?:$/.test(protocol) && (loopbackHosts.has(hostname) || hostname.endsWith('.localhost'))
}

/** Whether a Host header names this machine: a page elsewhere whose name was pointed here is refused. */
export function isLoopbackHost(host: string | undefined): boolean {
  return host !== undefined && isLoopbackUrl(`http://${host}`)
}
