import { decodeJwt, generateKeyPair, SignJWT } from 'jose'
import { cookieSuffix } from '#local-clerk/keys.ts'
import type { Rollcall } from './rollcall.ts'

/** Everyone who may ask: by who they are, and by what is wrong with the session that they bring. */
export const actors = ['nobody', 'member', 'other', 'author', 'admin', 'banned', 'deleted', 'foreign', 'expired', 'forged', 'bare'] as const
export type Actor = (typeof actors)[number]

/** How a session is brought: by a program, or by a browser. */
export const carriers = ['bearer', 'cookie'] as const
export type Carrier = (typeof carriers)[number]

export interface Actors {
  /** The ids at Clerk of those who have, or had, an account of their own. */
  ids: Record<'member' | 'other' | 'author' | 'admin' | 'banned' | 'deleted', string>
  /** The headers that bring this actor's session; those of a browser that has been here before. */
  headers(actor: Actor, carrier: Carrier): Record<string, string>
}

/** Longer than a file of tests takes, seconds. */
const lifetime = 3_600

/** Makes an account for each, and a session: what is wrong with one is wrong with an admin's, so that it would open everything. */
export async function createActors({ clerk, app }: Rollcall): Promise<Actors> {
  const admin = { publicMetadata: { role: 'admin' } }
  const create = (firstName: string, more = {}) => clerk.users.create({ firstName, email: `${firstName.toLowerCase()}@example.com`, ...more }).id
  const ids = { member: create('Mia'), other: create('Otto'), author: create('Anna'), admin: create('Ada', admin), banned: create('Ben'), deleted: create('Dora') }
  const own = { azp: app.url, lifetime }
  const session = (id: string, options = {}) => clerk.session(id, { ...own, ...options })
  const valid = await session(ids.admin)
  const tokens: Record<Exclude<Actor, 'nobody'>, string> = {
    member: await session(ids.member),
    other: await session(ids.other),
    author: await session(ids.author),
    admin: valid,
    banned: await session(ids.banned),
    deleted: await session(ids.deleted),
    foreign: await session(ids.admin, { azp: 'https://elsewhere.example' }),
    expired: await session(ids.admin, { lifetime: -60 }),
    forged: await forge(valid),
    bare: await session(ids.admin, { metadata: false }),
  }
  clerk.users.setBanned(ids.banned, true)
  clerk.users.delete(ids.deleted)
  await clerk.deliveries.settled()

  return {
    ids,
    headers(actor, carrier): Record<string, string> {
      const token = actor === 'nobody' ? undefined : tokens[actor]
      if (carrier === 'bearer') return token ? { authorization: `Bearer ${token}` } : {}
      const cookies = { __clerk_db_jwt: 'dvb_of_this_browser', __client_uat: token ? String(Math.floor(Date.now() / 1000) - lifetime) : '0', ...token && { __session: token } }
      const cookie = Object.entries(cookies).flatMap(([name, value]) => [name, `${name}_${cookieSuffix}`].map(each => `${each}=${value}`)).join('; ')
      return { cookie, 'origin': app.url, 'sec-fetch-site': 'same-origin' }
    },
  }
}

/** The same claims and key id, signed by a key of one's own. */
async function forge(token: string): Promise<string> {
  const { privateKey } = await generateKeyPair('RS256')
  return new SignJWT(decodeJwt(token)).setProtectedHeader({ alg: 'RS256', kid: 'ins_local_clerk', typ: 'JWT' }).sign(privateKey)
}
