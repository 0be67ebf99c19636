import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import type { ConnectionOptions } from 'node:tls'

/**
 * What providers add to an address for other clients than this driver, which would send it to Postgres as a setting, and
 * be refused.
 */
const foreign = ['channel_binding', 'gssencmode', 'pgbouncer', 'connection_limit', 'pool_timeout', 'uselibpqcompat']

/** `sslmode` as libpq reads it: https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-SSLMODE-STATEMENTS */
const sslModes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const
type SslMode = (typeof sslModes)[number]
const isSslMode = (mode: string): mode is SslMode => sslModes.some(one => one === mode)

export interface Address {
  /** The address as the driver reads it. */
  url: string
  /** What TLS has to be like: the driver's word, or Node's options. False for none. */
  ssl: false | 'prefer' | 'require' | ConnectionOptions
}

/**
 * Reads `sslmode` and `sslrootcert` (a file, or `system` for the authorities that Node trusts) as libpq does, where the
 * driver knows less.
 * @param url `postgres://user:password@host:port/database?sslmode=verify-full&sslrootcert=/etc/ca.pem`
 * @throws for an unknown mode, and for a file that cannot be read
 */
export function readAddress(url: string): Address {
  const address = new URL(url)
  const mode = address.searchParams.get('sslmode') ?? 'disable'
  const root = address.searchParams.get('sslrootcert')
  for (const name of [...foreign, 'sslmode', 'sslrootcert']) address.searchParams.delete(name)
  if (!isSslMode(mode)) throw new Error(`sslmode is one of ${sslModes.join(', ')}.`)
  return { url: address.href, ssl: tlsOf(mode, root, address.hostname) }
}

function tlsOf(mode: SslMode, root: string | null, hostName: string): Address['ssl'] {
  if (mode === 'disable') return false
  if (mode === 'allow' || mode === 'prefer') return 'prefer'
  const trusted = root === null || root === 'system' ? {} : { ca: readFileSync(root, 'utf8') }
  // The driver names no host that is a number, and Node would then hold the certificate against `localhost`.
  const host = hostName.replace(/^\[|\]$/g, '')
  if (mode === 'verify-full' || root === 'system') return { ...trusted, ...isIP(host) > 0 && { host } }
  // With an authority of one's own, libpq checks that it signed the certificate, whatever the host is called.
  return mode === 'verify-ca' || root !== null ? { ...trusted, checkServerIdentity: () => undefined } : 'require'
}
