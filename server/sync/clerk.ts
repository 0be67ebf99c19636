import { createClerkClient } from '@clerk/backend'
import { isClerkAPIResponseError } from '@clerk/backend/errors'
import * as v from 'valibot'
import { ClerkUser, Instance } from '#server/schemas/clerk.ts'
import type { ClerkFailure } from '#shared/types/sync.ts'

const TIMEOUT_MS = 10_000

/** One page of Clerk's users, oldest first. */
export interface ClerkPage {
  users: ClerkUser[]
  /** How many Clerk sent, the unusable ones too. */
  size: number
  /** Ids of users that our table cannot hold (a NUL in a name, say). */
  unusable: string[]
}

/** What we read of Clerk's Backend API, each answer parsed. Never used on a read by a person. */
export interface ClerkReader {
  /** One user; null when Clerk says 404. @throws when Clerk is out of reach or says anything else */
  user(id: string): Promise<ClerkUser | null>
  /** Users created after `createdAfter` (ms since 1970), ascending. @param query.limit 1 to 500 */
  list(query: { createdAfter?: number, offset: number, limit: number }): Promise<ClerkPage>
  /** How many users Clerk has. */
  count(): Promise<number>
  /** The instance that the secret key belongs to, `ins_…`. */
  instance(): Promise<string>
}

/** @param options.apiUrl for a Clerk elsewhere, as in the demo */
export function createClerkReader(options: { secretKey: string, apiUrl?: string }): ClerkReader {
  const clerk = createClerkClient({ ...options, telemetry: { disabled: true } })
  return {
    async user(id) {
      try {
        const user = await within(TIMEOUT_MS, clerk.users.getUser(id))
        return v.parse(ClerkUser, user.raw)
      }
      catch (error) {
        if (isClerkAPIResponseError(error) && error.status === 404) return null
        throw error
      }
    },
    async list({ createdAfter, offset, limit }) {
      const { data } = await within(TIMEOUT_MS, clerk.users.getUserList({ createdAtAfter: createdAfter, orderBy: '+created_at', offset, limit }))
      const parsed = data.map(user => ({ id: user.id, result: v.safeParse(ClerkUser, user.raw) }))
      return {
        size: data.length,
        users: parsed.flatMap(({ result }) => result.success ? [result.output] : []),
        unusable: parsed.flatMap(({ id, result }) => result.success ? [] : [id]),
      }
    },
    count: () => within(TIMEOUT_MS, clerk.users.getCount()),
    async instance() {
      return v.parse(Instance, await within(TIMEOUT_MS, clerk.instance.get())).id
    },
  }
}

/** Clerk did not answer in time. */
export class ClerkTimeoutError extends Error {
  override name = 'ClerkTimeoutError'
}

/** @throws ClerkTimeoutError when the promise takes longer */
export function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  return new Promise((done, fail) => {
    const timer = setTimeout(() => fail(new ClerkTimeoutError(`Clerk did not answer within ${ms} ms.`)), ms)
    promise.then(done, fail).finally(() => clearTimeout(timer))
  })
}

/** Why a call of the Backend API failed. The SDK reports silence as an answer without a status. */
export function clerkFailureOf(error: unknown): ClerkFailure {
  const status = isClerkAPIResponseError(error) && error.status ? error.status : null
  if (status === null) return { code: 'silent', status }
  return { code: status === 401 ? 'unauthorized' : status === 429 ? 'rate-limited' : 'status', status }
}
