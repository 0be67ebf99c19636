import type { IncomingHttpHeaders } from 'node:http'
import type { RequestState, SignedInAuthObject } from '@clerk/backend/internal'
import { LRUCache } from 'lru-cache'

/** As many people as ask within the minute that a token lives. */
const KEPT_AT_MOST = 1_000

type Proof = Pick<IncomingHttpHeaders, 'authorization' | 'cookie'>

/** All that Clerk's SDK goes by in a request that it sends nowhere else first. A header holds no line break. */
const keyOf = ({ authorization = '', cookie = '' }: Proof) => `${authorization}\n${cookie}`

/**
 * Whom Clerk's SDK has found signed in, by the headers that prove it. A browser sends the same token for a minute, and to
 * check it takes longer than to read a page of posts. Once a token has been found good, time alone ends it, at Clerk too: it
 * counts here until it expires, and without the seconds of grace that the SDK gives.
 * @param now ms since 1970
 */
export function createSessions(now: () => number = Date.now) {
  const kept = new LRUCache<string, { auth: SignedInAuthObject, since: number }>({ max: KEPT_AT_MOST })
  return {
    find(proof: Proof): SignedInAuthObject | undefined {
      const found = kept.get(keyOf(proof))
      if (!found) return
      const at = now()
      // Not before it was checked either, should the clock be set back.
      return found.since <= at && at < found.auth.sessionClaims.exp * 1_000 ? found.auth : undefined
    },
    /** Keeps who is signed in by what the request itself brought: an answer with headers, such as cookies, brings a new token. */
    keep(proof: Proof, state: RequestState): void {
      if (state.status !== 'signed-in' || [...state.headers].length > 0) return
      const auth = state.toAuth()
      if (auth.isAuthenticated) kept.set(keyOf(proof), { auth, since: now() })
    },
  }
}
