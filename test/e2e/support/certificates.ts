import { execFileSync } from 'node:child_process'
import { chmod, chown, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Certificates {
  /** Files: an authority, another one, and a certificate of the first for one host name, with its key. */
  authority: string
  otherAuthority: string
  certificate: string
  key: string
  remove(): Promise<void>
}

/** Certificates as a provider of Postgres has them, good for a day. @param owner a user of this system who may read the key, when we are root */
export async function makeCertificates(hostName: string, owner: string): Promise<Certificates> {
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-tls-'))
  await chmod(folder, 0o755)
  const file = (name: string) => join(folder, name)
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' })
  for (const name of ['authority', 'other']) openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1', '-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.pem`)
  openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', `/CN=${hostName}`, '-addext', `subjectAltName=DNS:${hostName}`, '-keyout', 'server.key', '-out', 'server.csr')
  openssl('x509', '-req', '-in', 'server.csr', '-copy_extensions', 'copy', '-days', '1', '-CA', 'authority.pem', '-CAkey', 'authority.key', '-CAcreateserial', '-out', 'server.pem')
  await chmod(file('server.key'), 0o600)
  if (process.getuid?.() === 0) await chown(file('server.key'), Number(execFileSync('id', ['-u', owner])), Number(execFileSync('id', ['-g', owner])))
  return { authority: file('authority.pem'), otherAuthority: file('other.pem'), certificate: file('server.pem'), key: file('server.key'), remove: () => rm(folder, { recursive: true, force: true }) }
}
