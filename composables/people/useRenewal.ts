import { promiseTimeout } from '@vueuse/core'

/** Clerk's script asks again and again for some minutes when it gets no answer. Nobody waits so long, ms. */
const PATIENCE_MS = 5_000

/**
 * Runs a request for whoever is signed in. Where our server finds nobody signed in, the browser asks Clerk for a new token, and
 * the request runs once more: the old one may have expired while the computer slept. Where the session has ended, Clerk's script
 * learns it by that question, and the page is a guest's.
 */
export function useRenewal() {
  const { userId, getToken } = useAuth()

  /** @returns null where Clerk has no token to give */
  async function renew(): Promise<string | null> {
    const token = await Promise.race([getToken.value({ skipCache: true }).catch(() => null), promiseTimeout(PATIENCE_MS)])
    if (token !== undefined) return token
    const message = 'Your session has to be renewed, and Clerk didn’t answer. Try again in a moment.'
    throw createError({ statusCode: 503, message, data: { message } })
  }

  /** @throws what the request throws, and a 503 where Clerk does not answer within 5 s */
  return async function renewed<T>(run: () => Promise<T>): Promise<T> {
    try {
      return await run()
    }
    catch (error) {
      if (import.meta.server || failureStatus(error) !== 401 || !userId.value || !await renew()) throw error
      return run()
    }
  }
}
