import { expect, it } from 'vitest'
import { addressOf } from '#server/utils/address.ts'

it.each<[string, string | undefined, string | undefined, number, string]>([
  ['no proxy is trusted, so what the header says is a claim', '192.0.2.1', '198.51.100.7', 0, '192.0.2.1'],
  ['one proxy, which saw the client', '192.0.2.1', '198.51.100.7', 1, '198.51.100.7'],
  ['what stands before the proxy\'s entry is a claim', '192.0.2.1', '203.0.113.9, 203.0.113.8, 198.51.100.7', 1, '198.51.100.7'],
  ['two proxies: the outer one saw the client', '192.0.2.1', '203.0.113.9, 198.51.100.7, 192.0.2.2', 2, '198.51.100.7'],
  ['several headers, as Node joins them', '192.0.2.1', '203.0.113.9, 203.0.113.8, 198.51.100.7, 192.0.2.2', 2, '198.51.100.7'],
  ['fewer entries than proxies: the first is what a proxy saw', '192.0.2.1', '198.51.100.7', 3, '198.51.100.7'],
  ['no header behind a proxy', '192.0.2.1', undefined, 1, '192.0.2.1'],
  ['an empty header', '192.0.2.1', ' , ', 1, '192.0.2.1'],
  ['no address at all in the proxy\'s place', '192.0.2.1', '198.51.100.7, unknown', 1, '192.0.2.1'],
  ['with a port', '192.0.2.1', '198.51.100.7:4711', 1, '198.51.100.7'],
  ['IPv6 with a port', '192.0.2.1', '[2001:db8:1:2:3:4:5:6]:4711', 1, '2001:db8:1:2::/64'],
  ['IPv6 by its /64, however it is written', '2001:0DB8:0001:0002:ffff::1', undefined, 0, '2001:db8:1:2::/64'],
  ['IPv6 with zeros left out', '::1', undefined, 0, '::/64'],
  ['IPv6 with a zone', 'fe80::1%eth0', undefined, 0, 'fe80::/64'],
  ['IPv4 in IPv6, as a socket for both gives it', '::ffff:192.0.2.1', undefined, 0, '192.0.2.1'],
  ['a socket that has closed', undefined, undefined, 1, 'unknown'],
])('%s', (_what, socket, forwarded, proxies, address) => {
  expect(addressOf(socket, forwarded, proxies)).toBe(address)
})
