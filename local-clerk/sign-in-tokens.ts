import { errors } from './errors.ts'
import { newId } from './state/ids.ts'
import type { SignInToken } from './state/schema.ts'
import type { Store } from './state/store.ts'
import type { Tokens } from './tokens.ts'

const thirtyDays = 30 * 24 * 60 * 60
const kept = 1_000

export interface SignInTokens {
  /** @param expiresInSeconds 30 days where nothing is said, as at Clerk */
  create(userId: string, expiresInSeconds?: number | null): Promise<SignInToken>
  /** @throws ClerkError 404 for an unknown id, 400 for a token that was used or revoked */
  revoke(id: string): SignInToken
  has(ticket: string | undefined): boolean
  /**
   * Takes the `ticket` of a sign-in: each token is good for one.
   * @throws ClerkError 400 `ticket_invalid_code`, `ticket_expired_code`, `sign_in_token_revoked_code` or
   *   `sign_in_token_already_used_code` (clerk-docs, Frontend API errors)
   */
  accept(ticket: string): SignInToken
}

/** The tokens of `POST /v1/sign_in_tokens`; the last thousand are kept. */
export function createSignInTokens({ store, tokens, now }: { store: Store, tokens: Tokens, now: () => number }): SignInTokens {
  function set(token: SignInToken, status: SignInToken['status']): SignInToken {
    const changed = { ...token, status, updatedAt: now() }
    store.signInTokens.set(token.id, changed)
    store.changed()
    return changed
  }

  const find = (ticket: string | undefined) => store.signInTokens.values().find(each => each.token === ticket)

  function forgetOldest() {
    for (const id of store.signInTokens.keys()) {
      if (store.signInTokens.size <= kept) return
      store.signInTokens.delete(id)
    }
  }

  return {
    async create(userId, expiresInSeconds) {
      const id = newId('sit')
      const lifetime = expiresInSeconds ?? thirtyDays
      const at = now()
      const token = await tokens.ticket(id, lifetime)
      const created = set({ id, userId, status: 'pending', token, expiresAt: at + lifetime * 1000, createdAt: at, updatedAt: at }, 'pending')
      forgetOldest()
      return created
    },

    revoke(id) {
      const token = store.signInTokens.get(id)
      if (!token) throw errors.notFound('That sign-in token')
      if (token.status !== 'pending') throw errors.signInTokenNotPending(token.status)
      return set(token, 'revoked')
    },

    has: ticket => find(ticket) !== undefined,

    accept(ticket) {
      const token = find(ticket)
      if (!token || !store.users.has(token.userId)) throw errors.ticketInvalid()
      if (token.status === 'revoked') throw errors.signInTokenRevoked()
      if (token.status === 'accepted') throw errors.signInTokenUsed()
      if (token.expiresAt <= now()) throw errors.ticketExpired()
      return set(token, 'accepted')
    },
  }
}
