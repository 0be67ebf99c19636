import { randomBytes } from 'node:crypto'
import { exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose'
import * as v from 'valibot'
import type { Store } from './state/store.ts'
import type { Session, User } from './state/schema.ts'

const keyId = 'ins_local_clerk'
const tokenLifetime = 60

export interface Tokens {
  jwks: { keys: JWK[] }
  /** A session token: RS256, 60 seconds, with `metadata` as Clerk's guide to roles sets it up. `lifetime` is in seconds. */
  session(session: Session, user: User, azp: string | null, lifetime?: number): Promise<string>
  /** A user's token with claims of one's own; `lifetime` and `skew`, by which it is valid before it was made, in seconds. */
  custom(userId: string, claims: Record<string, unknown>, options: { azp: string | null, lifetime: number, skew: number }): Promise<string>
  /** The signed list of Set-Cookie lines that a handshake hands back. */
  handshake(cookies: string[]): Promise<string>
  /** A sign-in token's ticket: it names the token and its lifetime, in seconds. */
  ticket(signInTokenId: string, expiresInSeconds: number): Promise<string>
}

const keySchema = v.object({
  kty: v.literal('RSA'),
  n: v.string(),
  e: v.string(),
  d: v.string(),
  p: v.string(),
  q: v.string(),
  dp: v.string(),
  dq: v.string(),
  qi: v.string(),
})

async function privateKey(store: Store): Promise<JWK> {
  const stored = v.safeParse(keySchema, store.signingKey)
  if (stored.success) return stored.output
  const pair = await generateKeyPair('RS256', { extractable: true })
  const jwk = await exportJWK(pair.privateKey)
  store.signingKey = { ...jwk }
  store.changed()
  return jwk
}

/** Opens the instance's signing key, made on first use and kept in the store. */
export async function openTokens(store: Store, url: string, now: () => number): Promise<Tokens> {
  const jwk = await privateKey(store)
  const key = await importJWK(jwk, 'RS256')
  const seconds = () => Math.floor(now() / 1000)
  const header = { alg: 'RS256', kid: keyId, typ: 'JWT' }

  return {
    jwks: { keys: [{ kty: 'RSA', n: jwk.n, e: jwk.e, alg: 'RS256', use: 'sig', kid: keyId }] },

    session(session, user, azp, lifetime = tokenLifetime) {
      const iat = seconds()
      const age = Math.max(0, Math.floor((now() - session.createdAt) / 60_000))
      return new SignJWT({
        ...(azp ? { azp } : {}),
        fva: [age, -1],
        metadata: user.publicMetadata,
        sid: session.id,
        sts: 'active',
        v: 2,
      })
        .setProtectedHeader(header)
        .setSubject(user.id)
        .setIssuer(url)
        .setIssuedAt(iat)
        .setNotBefore(iat - 10)
        .setExpirationTime(iat + lifetime)
        .sign(key)
    },

    custom(userId, claims, { azp, lifetime, skew }) {
      const iat = seconds()
      return new SignJWT({ ...claims, ...azp ? { azp } : {}, jti: randomBytes(10).toString('hex') })
        .setProtectedHeader(header)
        .setSubject(userId)
        .setIssuer(url)
        .setIssuedAt(iat)
        .setNotBefore(iat - skew)
        .setExpirationTime(iat + lifetime)
        .sign(key)
    },

    handshake(cookies) {
      const iat = seconds()
      return new SignJWT({ handshake: cookies })
        .setProtectedHeader(header)
        .setIssuedAt(iat)
        .setExpirationTime(iat + tokenLifetime)
        .sign(key)
    },

    ticket: (signInTokenId, expiresInSeconds) => new SignJWT({ eis: expiresInSeconds, sid: signInTokenId, st: 'sign_in_token' })
      .setProtectedHeader(header)
      .setIssuer(url)
      .setExpirationTime(seconds() + expiresInSeconds)
      .sign(key),
  }
}
