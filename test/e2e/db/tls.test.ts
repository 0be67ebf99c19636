import { afterAll, beforeAll, expect, it } from 'vitest'
import { closeDatabase, openDatabase } from '#db/client.ts'
import type { LocalPostgres } from '#scripts/lib/postgres.ts'
import { startTemporaryPostgres } from '#scripts/lib/postgres.ts'
import type { Certificates } from '../support/certificates.ts'
import { makeCertificates } from '../support/certificates.ts'

let certificates: Certificates
let postgres: LocalPostgres
beforeAll(async () => {
  certificates = await makeCertificates('localhost', 'postgres')
  postgres = await startTemporaryPostgres({ flags: ['-c', 'ssl=on', '-c', `ssl_cert_file=${certificates.certificate}`, '-c', `ssl_key_file=${certificates.key}`] })
})
afterAll(async () => {
  await postgres?.stop()
  await certificates?.remove()
})

/** Whether the connection is encrypted, or why there is none. */
async function connect(host: string, parameters: Record<string, string>): Promise<unknown> {
  const url = new URL(postgres.url)
  url.hostname = host
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  const db = openDatabase(url.href, { max: 1, silentMs: 2_000 })
  try {
    const [row] = await db.$client`select ssl from pg_stat_ssl where pid = pg_backend_pid()`
    return row?.ssl
  }
  catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error
  }
  finally {
    await closeDatabase(db, 0)
  }
}

it.each([
  ['localhost', {}, false],
  ['localhost', { sslmode: 'disable' }, false],
  ['localhost', { sslmode: 'prefer' }, true],
  ['localhost', { sslmode: 'require' }, true],
  ['localhost', { sslmode: 'require', channel_binding: 'require' }, true],
  ['localhost', { sslmode: 'verify-full' }, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ['localhost', { sslmode: 'verify-full', sslrootcert: 'authority' }, true],
  ['localhost', { sslmode: 'verify-full', sslrootcert: 'otherAuthority' }, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ['127.0.0.1', { sslmode: 'verify-full', sslrootcert: 'authority' }, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ['127.0.0.1', { sslmode: 'verify-ca', sslrootcert: 'authority' }, true],
  ['127.0.0.1', { sslmode: 'require', sslrootcert: 'authority' }, true],
  ['127.0.0.1', { sslmode: 'require', sslrootcert: 'otherAuthority' }, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ['localhost', { sslmode: 'verify-full', sslrootcert: 'system' }, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
] as const)('to %s with %j: %s', async (host, { ...parameters }: { sslmode?: string, sslrootcert?: string }, result) => {
  const root = parameters.sslrootcert
  if (root === 'authority' || root === 'otherAuthority') parameters.sslrootcert = certificates[root]
  expect(await connect(host, parameters)).toBe(result)
})
